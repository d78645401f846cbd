import type { Provider } from '../../artifact/provider.ts';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors, type SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { float16Bits } from '../../artifact/weights/scalar.ts';
import { compileGraph } from '../../compiler/compile-graph.ts';
import { encodeModel } from '../../compiler/onnx/encode-model.ts';
import { matchWeights, type WeightSource } from '../../compiler/weights/match/match-weights.ts';
import { input } from '../../dsl/input.ts';
import { type NamedParameters, nameParameters } from '../../dsl/program/naming.ts';
import type { ParameterInfo, Tensor } from '../../dsl/tensor.ts';
import type { Tensor as RuntimeTensor } from '../../runtime/onnx-runtime.ts';
import { checkPorts, checkSizes } from './check-ports.ts';
import { type Comparison, compare } from './compare.ts';
import { findModule } from './modules.ts';
import { tensorsUnder } from './prefixed-file.ts';
import { readOptions } from './reference-options.ts';
import { readFeeds, runModel } from './run-block.ts';
import { checkGradientGroups, storedGradients } from './stored-gradients.ts';

export interface VerifiedTensor extends Comparison {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface VerifiedFile {
  readonly module: string;
  readonly tensors: readonly VerifiedTensor[];
}

export interface VerifyOptions {
  /** Whether fused operators are used. */
  readonly fusion: boolean;
  /** Whether the file's gradients are compared as well as its outputs. Default false. */
  readonly gradients?: boolean;
  /** The largest difference that passes, as a share of the largest expected value. Default: by the stored dtype. */
  readonly tolerance?: number;
  /** Default `cpu`. */
  readonly provider?: Provider;
  /** What the block is compiled for; default: the provider's. */
  readonly target?: string;
  /** What it computes in. Default float32. */
  readonly computes?: 'float32' | 'float16';
}

/**
 * Builds the block that a reference file describes, compiles it, runs it on the file's inputs and compares its outputs
 * with the file's; with `gradients`, also the gradients of `sum(output * cotangent)` by inputs and weights.
 *
 * @throws UserError when the file cannot be read, does not describe a block that this project has, or lacks the
 *   gradients that were asked for
 */
export async function verifyFile(
  path: string,
  {
    fusion,
    gradients = false,
    tolerance,
    provider = 'cpu',
    target = provider,
    computes = 'float32',
  }: VerifyOptions,
): Promise<VerifiedFile> {
  const file = await openSafetensors(path);
  const module = findModule(file.metadata, path);
  const options = readOptions(module.options, file.metadata, path);
  const group = (name: string, rules: typeof module.inputs) => ({
    group: name,
    file: tensorsUnder(file, `${name}.`),
    rules,
  });
  const given = group('input', module.inputs);
  const output = group('output', module.outputs);
  const cotangent = group('cotangent', module.outputs);
  for (const each of [given, output]) checkPorts(each);
  const stored = tensorsUnder(file, 'gradient.');
  if (gradients) checkGradientGroups(cotangent, stored);
  checkSizes([given, output, ...(gradients ? [cotangent] : [])], module.sizes(options));

  const inputs = Object.fromEntries(
    given.file.names.map((name): [string, Tensor] => [
      name,
      input(name, module.inputs[name]?.dtype ?? 'float32', given.file.tensor(name).shape),
    ]),
  );
  const built = module.build(options, inputs);
  const names = nameParameters(built.parts);
  const { sources } = matchWeights({ ...names, checkpointNames: module.weightNames }, [
    tensorsUnder(file, 'weights.'),
  ]);
  const backward = gradients
    ? storedGradients({
        cotangents: cotangent,
        stored,
        inputs,
        outputs: built.outputs,
        weights: byStoredName(names.parameters, sources),
      })
    : undefined;

  // An output may have the name of a parameter (`latents`); in one graph they need two.
  const outputs = Object.entries(built.outputs).map(([name, tensor]) => [`output.${name}`, tensor] as const);
  const graph = {
    name: 'block',
    inputs: { ...inputs, ...backward?.inputs },
    outputs: { ...Object.fromEntries(outputs), ...backward?.outputs },
  };
  const { onnx } = compileGraph(names.place(graph), {
    ...{ fusion, target, computes },
    precision: computes,
  });
  const weights = new Map<string, Float32Array>();
  for (const [name, source] of sources) weights.set(name, await source.file.readFloat32(source.name));
  const model = encodeModel(onnx, ({ name, dtype }) => {
    const values = weights.get(name) ?? new Float32Array();
    const stored = dtype === 'float16' ? Uint16Array.from(values, float16Bits) : values;
    return { kind: 'inline', bytes: new Uint8Array(stored.buffer) };
  });
  const feeds = {
    ...(await readFeeds(given)),
    ...(backward === undefined ? {} : await readFeeds(cotangent, 'cotangent.')),
  };
  const results = await runModel(model, feeds, provider);
  const tensors: VerifiedTensor[] = [];
  const wanted = [...outputs.map(([name]) => name), ...Object.keys(backward?.outputs ?? {})];
  for (const name of wanted) tensors.push(await compareWithStored(file, name, results.get(name), tolerance));
  return { module: file.metadata.get('module') ?? '', tensors };
}

/** The parameters by the names under which their values were found in the file. */
function byStoredName(
  parameters: NamedParameters['parameters'],
  sources: ReadonlyMap<string, WeightSource>,
): ReadonlyMap<string, ParameterInfo> {
  return new Map(
    [...parameters].flatMap(([name, parameter]) => {
      const source = sources.get(name);
      return source === undefined ? [] : [[source.name, parameter.leaf] as const];
    }),
  );
}

async function compareWithStored(
  file: SafetensorsFile,
  name: string,
  result: RuntimeTensor | undefined,
  tolerance: number | undefined,
): Promise<VerifiedTensor> {
  const { dtype, shape } = file.tensor(name);
  const found = result?.dims ?? [];
  const singles = [...found, ...shape].every((size) => size === 1);
  if (!(result?.data instanceof Float32Array) || (found.join() !== shape.join() && !singles)) {
    throw new UserError(
      `${file.path}: ${name} is [${shape.join(', ')}], but the block gives [${result?.dims.join(', ')}].`,
    );
  }
  return { name, shape, ...compare(result.data, await file.readFloat32(name), dtype, tolerance) };
}
