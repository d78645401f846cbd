import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { EvaluationResult } from '../../../runtime/evaluate/summary.ts';
import { readResults } from './read-results.ts';

/*
 * Prints what each precision costs as a table in Markdown: a row for each kind and number of examples that all were
 * measured on. Run: npx tsx examples/emoji/evaluation/precision.ts FOLDER…, each named by its precision, the exact one
 * first, with what `flamingo evaluate … --json` printed
 */

interface Measured {
  readonly precision: string;
  readonly results: readonly EvaluationResult[];
}

async function readFolder(folder: string): Promise<Measured> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const results = await readResults(files.map((file) => join(folder, file)));
  return { precision: basename(folder), results };
}

const all: Measured[] = [];
for (const folder of process.argv.slice(2)) all.push(await readFolder(folder));
const [exact, ...others] = all;
const rows = (exact?.results ?? []).flatMap(({ kind, shots, tasks, accuracy }) => {
  const cells = others.map(({ results }) =>
    results.find((each) => each.kind === kind && each.shots === shots),
  );
  if (cells.some((cell) => cell?.tasks !== tasks)) return [];
  const points = (cell: EvaluationResult | undefined) => 100 * ((cell?.accuracy ?? Number.NaN) - accuracy);
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
  const changes = cells.map(
    (cell) => `${(100 * (cell?.accuracy ?? 0)).toFixed(1)} (${signed(points(cell))})`,
  );
  return [`| ${[kind, shots, tasks, (100 * accuracy).toFixed(1), ...changes].join(' | ')} |`];
});
const header = ['kind', 'shots', 'tasks', ...all.map(({ precision }) => precision)];
process.stdout.write(
  `${[`| ${header.join(' | ')} |`, `|${'---|'.repeat(header.length)}`, ...rows].join('\n')}\n`,
);
