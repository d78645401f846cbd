import { readdir } from 'node:fs/promises';
import type { Benchmark } from './benchmark.ts';

/** Every benchmark of the folder `benchmarks`, by name. */
export async function discover(): Promise<readonly Benchmark[]> {
  const folder = new URL('./benchmarks/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
  return Promise.all(
    files.map(async (file) => {
      const { benchmark }: { benchmark: Benchmark } = await import(new URL(file, folder).href);
      if (`${benchmark.name}.ts` !== file)
        throw new Error(`the benchmark of ${file} is called '${benchmark.name}'`);
      return benchmark;
    }),
  );
}
