import { readFile } from 'node:fs/promises';
import type { EvaluationResult } from '../../../runtime/evaluate/summary.ts';

/** The results in files that hold what `flamingo evaluate … --json` printed, in the order of the files. */
export async function readResults(files: readonly string[]): Promise<EvaluationResult[]> {
  const results: EvaluationResult[] = [];
  for (const file of files) {
    const printed: { readonly results: readonly EvaluationResult[] } = JSON.parse(
      await readFile(file, 'utf8'),
    );
    results.push(...printed.results);
  }
  return results;
}
