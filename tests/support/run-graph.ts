import { encodeModel } from '../../compiler/onnx/encode-model.ts';
import { lowerGraph } from '../../compiler/onnx/lower.ts';
import { decompose } from '../../compiler/passes/decompose.ts';
import { targetOf } from '../../compiler/target/target.ts';
import type { Dtype } from '../../dsl/dtype.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { Shape, Tensor } from '../../dsl/tensor.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';

/** Values to feed a graph, or that came out of one. Booleans are 0 and 1. */
export interface Values {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface RunOptions {
  /** The lowering to choose; it runs on the CPU provider in any case. Default `cpu`. */
  readonly target?: string;
  /** Default true. */
  readonly fusion?: boolean;
  /** Whether ONNX Runtime may rewrite the graph itself. Default true; false runs exactly the nodes written. */
  readonly optimise?: boolean;
}

/** A graph input. */
export function input<S extends Shape>(name: string, dtype: Dtype, shape: S): Tensor {
  return { dtype, shape, source: { kind: 'input', name } };
}

/** Runs a graph on the values of its inputs. */
export type RunGraph = (feeds: Readonly<Record<string, Values>>) => Promise<Readonly<Record<string, Values>>>;

/** Lowers a graph as it stands, without any optimisation of this project, and runs it once in ONNX Runtime. */
export function runGraph(
  graph: Graph,
  feeds: Readonly<Record<string, Values>>,
  options: RunOptions = {},
): Promise<Readonly<Record<string, Values>>> {
  return withLowered(graph, options, (run) => run(feeds));
}

/** As `runGraph`, for any number of runs. */
export async function withLowered<R>(
  graph: Graph,
  { target = 'cpu', fusion = true, optimise = true }: RunOptions,
  use: (run: RunGraph) => Promise<R>,
): Promise<R> {
  const lowered = lowerGraph(decompose(graph, { fusion }), { target: targetOf(target), fusion });
  const bytes = encodeModel(lowered, (parameter) => {
    throw new Error(`parameter ${parameter.name} has no values: use an input`);
  });
  const session = await onnxruntime.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    graphOptimizationLevel: optimise ? 'all' : 'disabled',
    logSeverityLevel: 3,
  });
  try {
    return await use(async (feeds) => {
      const tensors = Object.fromEntries(
        session.inputNames.map((name) => [name, toRuntime(name, feeds[name])]),
      );
      const results = await session.run(tensors);
      return Object.fromEntries(session.outputNames.map((name) => [name, fromRuntime(name, results[name])]));
    });
  } finally {
    await session.release();
  }
}

export function toRuntime(name: string, values: Values | undefined): onnxruntime.Tensor {
  if (values === undefined) throw new Error(`no values for input ${name}`);
  const { dtype, data, shape } = values;
  if (dtype === 'float32') return new onnxruntime.Tensor('float32', Float32Array.from(data), shape);
  if (dtype === 'int64') return new onnxruntime.Tensor('int64', BigInt64Array.from(data, BigInt), shape);
  if (dtype === 'int32') return new onnxruntime.Tensor('int32', Int32Array.from(data), shape);
  if (dtype === 'bool') return new onnxruntime.Tensor('bool', Uint8Array.from(data), shape);
  if (dtype === 'uint8') return new onnxruntime.Tensor('uint8', Uint8Array.from(data), shape);
  throw new Error(`tests do not feed ${dtype}`);
}

function fromRuntime(name: string, tensor: onnxruntime.Tensor | undefined): Values {
  if (tensor === undefined) throw new Error(`no output ${name}`);
  const { data, type, dims } = tensor;
  const known = (['float32', 'int64', 'int32', 'bool', 'uint8'] as const).find((dtype) => dtype === type);
  if (known === undefined || Array.isArray(data)) throw new Error(`tests do not read ${type}`);
  return { dtype: known, shape: dims, data: Array.from(data as Iterable<number | bigint>, Number) };
}
