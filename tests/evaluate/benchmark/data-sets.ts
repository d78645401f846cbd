import { readdir } from 'node:fs/promises';
import type { TestDataSet } from './data-set.ts';

/** Every tiny data set: one for each benchmark. */
async function dataSets(): Promise<readonly TestDataSet[]> {
  const files = (await readdir(new URL('data-sets/', import.meta.url))).sort();
  return Promise.all(
    files.map(async (file) => {
      const { dataSet }: { dataSet: TestDataSet } = await import(`./data-sets/${file}`);
      return dataSet;
    }),
  );
}

export async function dataSetOf(name: string): Promise<TestDataSet> {
  const found = (await dataSets()).find((dataSet) => dataSet.name === name);
  if (found === undefined) throw new Error(`there is no tiny data set of ${name}`);
  return found;
}
