import type { Benchmark } from './benchmark.ts';
import { BENCHMARKS } from './benchmark-registry.ts';

/** Every benchmark of the folder `benchmarks`, by name. */
export async function discover(): Promise<readonly Benchmark[]> {
  return Promise.all(
    Object.entries(BENCHMARKS).map(async ([name, load]) => {
      const { benchmark }: { benchmark: Benchmark } = await load();
      if (benchmark.name !== name)
        throw new Error(`the benchmark of ${name}.ts is called '${benchmark.name}'`);
      return benchmark;
    }),
  );
}
