import type { Section } from './result.ts';

/** What a benchmark is told about how to run. */
export interface BenchmarkContext {
  /** A fraction of the rounds: to see that everything works, not to quote. */
  readonly quick: boolean;
  /** Threads of ONNX Runtime. */
  readonly threads: number;
  /** Of a benchmark of many cases those whose names hold this; default all. */
  readonly only?: string;
  /** A line for whoever waits. */
  note(line: string): void;
}

/** One benchmark. Each lives in its own file in `benchmarks/`, as the export `benchmark`; `npm run registries` lists them. */
export interface Benchmark {
  /** What it is asked for by: the name of its file. */
  readonly name: string;
  /** One line: what is compared with what. */
  readonly summary: string;
  /** Takes minutes and gigabytes: run only when it is asked for by name. Default false. */
  readonly large?: boolean;
  run(context: BenchmarkContext): Promise<readonly Section[]>;
}
