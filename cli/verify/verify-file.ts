import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { UserError } from '../../compiler/artifact/user-error.ts';
import { compileGraph } from '../../compiler/compile-graph.ts';
import { encodeModel } from '../../compiler/encode/encode-model.ts';
import { matchWeights } from '../../compiler/weights/match-weights.ts';
import {
  openSafetensors,
  type SafetensorsFile,
  type StoredTensor,
} from '../../compiler/weights/safetensors.ts';
import { input } from '../../dsl/input.ts';
import { nameParameters } from '../../dsl/naming.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { type Comparison, compare } from './compare.ts';
import { findModule, type PortRule, type VerifiedModule } from './modules.ts';
import { tensorsUnder } from './prefixed-file.ts';
import { readOptions } from './reference-options.ts';

export interface VerifiedTensor extends Comparison {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface VerifiedFile {
  readonly module: string;
  readonly tensors: readonly VerifiedTensor[];
}

/**
 * Builds the block that a reference file describes, compiles it, runs it on the file's inputs and compares its outputs
 * with the file's. Groups of tensors other than `weights`, `input` and `output` (gradients) are not looked at.
 *
 * @param fusion whether fused operators are used
 * @throws UserError when the file cannot be read, or does not describe a block that this project has
 */
export async function verifyFile(path: string, fusion: boolean): Promise<VerifiedFile> {
  const file = await openSafetensors(path);
  const module = findModule(file.metadata, path);
  const options = readOptions(module.options, file.metadata, path);
  const stored = { input: tensorsUnder(file, 'input.'), output: tensorsUnder(file, 'output.') };
  checkPorts(stored.input, module.inputs, 'input', path);
  checkPorts(stored.output, module.outputs, 'output', path);
  checkSizes(module, module.sizes(options), stored, path);

  const inputs = Object.fromEntries(
    stored.input.names.map((name): [string, Tensor] => [
      name,
      input(name, module.inputs[name]?.dtype ?? 'float32', stored.input.tensor(name).shape),
    ]),
  );
  const built = module.build(options, inputs);
  const names = nameParameters(built.parts);
  const { sources } = matchWeights({ ...names, checkpointNames: module.weightNames }, [
    tensorsUnder(file, 'weights.'),
  ]);

  // An output may have the name of a parameter (`latents`); in one graph they need two.
  const outputs = Object.entries(built.outputs).map(([name, tensor]) => [`output.${name}`, tensor] as const);
  const { onnx } = compileGraph({ name: 'block', inputs, outputs: Object.fromEntries(outputs) }, { fusion });
  const weights = new Map<string, Uint8Array>();
  for (const [name, source] of sources) {
    const values = await source.file.readFloat32(source.name);
    weights.set(name, new Uint8Array(values.buffer));
  }
  const model = encodeModel(onnx, ({ name = '' }) => ({
    kind: 'inline',
    bytes: weights.get(name) ?? new Uint8Array(),
  }));
  const results = await runModel(model, await readInputs(stored.input, module));
  const tensors: VerifiedTensor[] = [];
  for (const name of stored.output.names)
    tensors.push(await compareOutput(stored.output, name, results.get(`output.${name}`)));
  return { module: file.metadata.get('module') ?? '', tensors };
}

/** Every required tensor must be there, and none that the block does not know: it would be ignored silently. */
function checkPorts(
  file: SafetensorsFile,
  rules: Readonly<Record<string, PortRule>>,
  group: string,
  path: string,
): void {
  for (const [name, { optional }] of Object.entries(rules)) {
    if (!optional && !file.has(name)) throw new UserError(`${path} lacks the tensor ${group}.${name}.`);
  }
  const unknown = file.names.find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) {
    const known = Object.keys(rules).map((name) => `${group}.${name}`);
    throw new UserError(`${path} has the unknown tensor ${group}.${unknown}; known are ${known.join(', ')}.`);
  }
}

/** Axes of one name must have one size, in all tensors and in the options. */
function checkSizes(
  module: VerifiedModule,
  fixed: Readonly<Record<string, number>>,
  stored: { readonly input: SafetensorsFile; readonly output: SafetensorsFile },
  path: string,
): void {
  const sizes = new Map(Object.entries(fixed).map(([axis, size]) => [axis, { size, from: 'the metadata' }]));
  for (const group of ['input', 'output'] as const) {
    const rules = group === 'input' ? module.inputs : module.outputs;
    for (const name of stored[group].names) {
      const label = `${group}.${name}`;
      const { dtype, shape } = stored[group].tensor(name);
      const rule = rules[name];
      const axes = rule?.axes.split(' ') ?? [];
      const isFloat = ['float32', 'float16', 'bfloat16'].includes(dtype);
      if (axes.length !== shape.length || isFloat !== (rule?.dtype === 'float32')) {
        throw new UserError(
          `${path}: ${label} is ${dtype} [${shape.join(', ')}], but ${rule?.dtype} [${axes.join(', ')}] was expected.`,
        );
      }
      for (const [index, axis] of axes.entries()) {
        const size = shape[index] ?? 0;
        const known = sizes.get(axis);
        if (known !== undefined && known.size !== size) {
          throw new UserError(
            `${path}: axis ${axis} of ${label} is ${size}, but ${known.size} in ${known.from}.`,
          );
        }
        if (size === 0)
          throw new UserError(`${path}: axis ${axis} of ${label} is empty; there is nothing to verify.`);
        sizes.set(axis, known ?? { size, from: label });
      }
    }
  }
}

type Feeds = Record<string, RuntimeTensor>;

async function readInputs(file: SafetensorsFile, module: VerifiedModule): Promise<Feeds> {
  const feeds: Feeds = {};
  for (const name of file.names) {
    const { shape } = file.tensor(name);
    if (module.inputs[name]?.dtype === 'bool') {
      const values = Uint8Array.from(await file.read(name), (value: number | bigint) =>
        Number(value) === 0 ? 0 : 1,
      );
      feeds[name] = new RuntimeTensor('bool', values, [...shape]);
    } else {
      feeds[name] = new RuntimeTensor('float32', await file.readFloat32(name), [...shape]);
    }
  }
  return feeds;
}

async function runModel(model: Uint8Array, feeds: Feeds): Promise<ReadonlyMap<string, RuntimeTensor>> {
  const session = await InferenceSession.create(model);
  try {
    return new Map(Object.entries(await session.run(feeds)));
  } finally {
    await session.release();
  }
}

async function compareOutput(
  file: SafetensorsFile,
  name: string,
  result: RuntimeTensor | undefined,
): Promise<VerifiedTensor> {
  const { dtype, shape }: StoredTensor = file.tensor(name);
  const label = `output.${name}`;
  if (!(result?.data instanceof Float32Array) || result.dims.join() !== shape.join()) {
    throw new UserError(
      `${file.path}: ${label} is [${shape.join(', ')}], but the block gives [${result?.dims.join(', ')}].`,
    );
  }
  return { name: label, shape, ...compare(result.data, await file.readFloat32(name), dtype) };
}
