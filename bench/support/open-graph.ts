import { compileGraph } from '../../compiler/compile-graph.ts';
import { encodeModel } from '../../compiler/onnx/encode-model.ts';
import type { Graph } from '../../dsl/graph.ts';
import { InferenceSession, type Tensor } from '../../runtime/onnx-runtime.ts';
import { benchmarkWeights } from './weights.ts';

export type Feeds = Readonly<Record<string, Tensor>>;

export interface OpenGraph {
  run(feeds: Feeds): Promise<Feeds>;
  close(): Promise<void>;
}

export interface OpenGraphOptions {
  /** Default true. */
  readonly fusion?: boolean;
  readonly threads: number;
  /** What ONNX Runtime itself may rewrite; default `all`, as it comes. */
  readonly optimisation?: 'disabled' | 'all';
}

/** Compiles a graph, its parameters named, in memory with weights to measure with, and loads it on the CPU provider. */
export async function openGraph(graph: Graph, options: OpenGraphOptions): Promise<OpenGraph> {
  const { fusion = true, threads, optimisation = 'all' } = options;
  const { onnx } = compileGraph(graph, { fusion });
  const model = encodeModel(onnx, (parameter) => ({ kind: 'inline', bytes: benchmarkWeights(parameter) }));
  const session = await InferenceSession.create(model, {
    graphOptimizationLevel: optimisation,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    // Otherwise the threads of the session that has just run would spin through the beginning of the next one's turn.
    // Numbers below float32's usual form are zeros, as where a model computes.
    extra: { session: { force_spinning_stop: '1', set_denormal_as_zero: '1' } },
  });
  const wanted = new Set(session.inputNames);
  return {
    run(feeds) {
      const taken = Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name)));
      return session.run(taken);
    },
    close: () => session.release(),
  };
}

/** Opens graphs, calls `use` with them, and closes them whatever happens. */
export async function withGraphs<Name extends string, R>(
  graphs: Readonly<Record<Name, () => Promise<OpenGraph>>>,
  use: (open: Readonly<Record<Name, OpenGraph>>) => Promise<R>,
): Promise<R> {
  const open: [string, OpenGraph][] = [];
  try {
    for (const [name, make] of Object.entries<() => Promise<OpenGraph>>(graphs))
      open.push([name, await make()]);
    return await use(Object.fromEntries(open) as Record<Name, OpenGraph>);
  } finally {
    for (const [, graph] of open) await graph.close();
  }
}
