import { readFile } from 'node:fs/promises';
import type { EvaluationResult } from '../../../runtime/evaluate/summary.ts';
import { aimsTable } from './aims.ts';

/*
 * Prints the model card's table from what `flamingo evaluate … --json` printed for each task file. Run:
 * npx tsx models/emoji/evaluation/report.ts name.json group.json question.json binding.json
 */

const results: EvaluationResult[] = [];
for (const file of process.argv.slice(2)) {
  const printed: { readonly results: readonly EvaluationResult[] } = JSON.parse(await readFile(file, 'utf8'));
  results.push(...printed.results);
}
process.stdout.write(`${aimsTable(results)}\n`);
