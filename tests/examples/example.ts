import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { type CompileOptions, compile } from '../../compiler/compile.ts';
import { loadModel } from '../../compiler/frontend/load-model.ts';
import type { GraphValue } from '../../runtime/graph.ts';
import { loadGraph } from '../../runtime/graph.ts';
import { assertClose } from '../models/close.ts';
import { EXAMPLES, weightsOf } from './places.ts';

export { EXAMPLES, expectedOf, weightsOf } from './places.ts';

let folder: Promise<string> | undefined;

/**
 * Type-checks and compiles an example's model as the command line does, with the weights of its original.
 *
 * @returns the artifact's folder, which is removed after all tests
 */
export async function compiledExample(
  name: string,
  options: Omit<CompileOptions, 'out'> & { readonly exportName?: string } = {},
): Promise<string> {
  const { exportName = 'default', weights = [weightsOf(name)], ...others } = options;
  folder ??= mkdtemp(join(tmpdir(), 'examples-'));
  const out = await mkdtemp(join(await folder, `${name}-`));
  const program = await loadModel(join(EXAMPLES, name, 'model.ts'), { exportName });
  await compile(program, { ...others, weights, out: join(out, 'artifact') });
  return join(out, 'artifact');
}

after(async () => {
  if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
});

/** A stored tensor as a graph takes it; bool as bytes. */
async function storedValue(file: SafetensorsFile, name: string): Promise<GraphValue> {
  const data = await file.read(name);
  if (data instanceof Float32Array || data instanceof BigInt64Array || data instanceof Uint8Array)
    return { data, shape: file.tensor(name).shape };
  throw new Error(`${name} is ${file.tensor(name).dtype}`);
}

/**
 * Runs a compiled graph on the original's inputs and holds its outputs to the original's.
 *
 * @param suffix of the names of inputs and outputs, for one of several runs
 */
export async function assertEqualsOriginal(
  artifact: string,
  expected: SafetensorsFile,
  suffix = '',
): Promise<void> {
  await using graph = await loadGraph(artifact, { threads: 1 });
  const inputs = await Promise.all(
    graph.inputs.map(async ({ name }) => [name, await storedValue(expected, `${name}${suffix}`)] as const),
  );
  const outputs = await graph.run(Object.fromEntries(inputs));
  for (const { name } of graph.outputs) {
    const { data } = outputs[name] ?? {};
    if (!(data instanceof Float32Array)) throw new Error(`${name} is no float32`);
    assertClose(data, await expected.readFloat32(`${name}${suffix}`));
  }
}
