import { float16Bits } from '../../artifact/weights/scalar.ts';
import type { WeightFile } from '../../artifact/weights/weight-file.ts';
import { compileGraph, type GraphOptions } from '../../compiler/compile-graph.ts';
import { encodeModel } from '../../compiler/onnx/encode-model.ts';
import { quantiseChunk } from '../../compiler/quantisation/quantise-chunk.ts';
import type { QuantisedMember } from '../../compiler/quantisation/quantised-member.ts';
import { matchWeights } from '../../compiler/weights/match/match-weights.ts';
import { weightValues } from '../../compiler/weights/store/weight-values.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { NamedParameters } from '../../dsl/program/naming.ts';
import type { Program } from '../../dsl/program/program.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';

export type Feeds = Readonly<Record<string, onnxruntime.Tensor>>;
export type Run = (feeds: Feeds) => Promise<Readonly<Record<string, onnxruntime.Tensor>>>;
/** A program's, or those of a graph that is not placed yet. */
export type Weights = Pick<Program, 'parameters' | 'aliases' | 'checkpointNames'> & Partial<NamedParameters>;

export interface WithGraphOptions extends GraphOptions {
  /** How ONNX Runtime opens the compiled graph. */
  readonly session?: onnxruntime.InferenceSession.SessionOptions;
}

/**
 * Compiles a graph in memory, gives its parameters the values of the files (or their initial values where there are
 * none) and calls `use` with a function that runs it in ONNX Runtime.
 */
export async function withGraph<R>(
  graph: Graph,
  weights: Weights,
  files: readonly WeightFile[],
  { session: sessionOptions = {}, ...options }: WithGraphOptions,
  use: (run: Run) => Promise<R>,
): Promise<R> {
  const { onnx } = compileGraph(weights.place?.(graph) ?? graph, options);
  const sources = files.length === 0 ? undefined : matchWeights(weights, files).sources;
  const bytes = new Map<string, Uint8Array>();
  for (const { parameter } of onnx.parameters) {
    const { name, quantised } = parameter;
    if (quantised !== undefined) {
      const whole = await weightValues(quantised.weight, sources?.get(quantised.weight.name), 0);
      const found = await quantisedMember(quantised, whole);
      bytes.set(name, new Uint8Array(found.buffer, found.byteOffset, found.byteLength));
      continue;
    }
    const values = await weightValues(parameter, sources?.get(name), 0);
    const stored = parameter.dtype === 'float16' ? Uint16Array.from(values, float16Bits) : values;
    bytes.set(name, new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  }
  const model = encodeModel(onnx, ({ name }) => ({
    kind: 'inline',
    bytes: bytes.get(name) ?? new Uint8Array(),
  }));
  const session = await onnxruntime.InferenceSession.create(model, {
    logSeverityLevel: 3,
    ...sessionOptions,
  });
  try {
    return await use((feeds) => session.run(feeds));
  } finally {
    await session.release();
  }
}

/** One of the two tensors of a weight's quantised form, made of all its values at once. */
async function quantisedMember(
  { weight, format, block, perRow, transposed, member }: QuantisedMember,
  values: Float32Array,
): Promise<Uint8Array | Float32Array> {
  const [first = 1, second = 1] = weight.shape;
  const turned = Float32Array.from(values, (_, place) => {
    const [row, column] = [Math.floor(place / first), place % first];
    return values[column * second + row] ?? 0;
  });
  const [rows, width] = transposed ? [turned, first] : [values, second];
  const layout = { format, width, block, perRow: perRow === true, origin: undefined, before: 0 };
  return quantiseChunk({ ...layout, rows })[member];
}
