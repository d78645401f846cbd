import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { benchmark } from '../../../runtime/evaluate/benchmark/benchmarks/imagenet.ts';
import { shotsCurve } from '../../../runtime/evaluate/benchmark/page/shots-curve.ts';
import { compareRuns } from '../../../runtime/evaluate/benchmark/run/compare-runs.ts';
import { loadRun } from '../../../runtime/evaluate/benchmark/run/load-run.ts';
import type { ShotsScore } from '../../../runtime/evaluate/benchmark/run/score-run.ts';

/*
 * Prints the model card's table of what examples do, and draws its curve, from runs that `flamingo evaluate --benchmark
 * imagenet --out RUNS/NAME-random` and `…/NAME-rices` have left. Run: npx tsx examples/emoji/evaluation/examples-report.ts
 * RUNS CURVE.svg NAME…
 */

const [runs = '', curve = '', ...names] = process.argv.slice(2);
const percent = (value: number) => (100 * value).toFixed(1);
const between = ({ low, high }: { low: number; high: number }) => `${percent(low)} to ${percent(high)}`;

const curves: { readonly name: string; readonly shots: readonly ShotsScore[] }[] = [];
const rows: string[][] = [];
for (const name of names) {
  const folders = [join(runs, `${name}-random`), join(runs, `${name}-rices`)] as const;
  for (const folder of folders) {
    const { shots }: { readonly shots: readonly ShotsScore[] } = JSON.parse(
      await readFile(join(folder, 'results.json'), 'utf8'),
    );
    curves.push({ name: basename(folder).replace(/-(?=random|rices)/, ', '), shots });
  }
  const compared = await compareRuns(benchmark, await loadRun(folders[0]), await loadRun(folders[1]), {});
  for (const { shots, items, scores, difference, interval, p } of compared.shots) {
    if (shots === 0) continue;
    const gain = `${difference < 0 ? '−' : '+'}${percent(Math.abs(difference))} (${between(interval)})`;
    rows.push([
      name,
      String(shots),
      String(items),
      percent(scores[0]),
      percent(scores[1]),
      gain,
      p.toFixed(3),
    ]);
  }
}
await writeFile(curve, `${shotsCurve('right, %', curves)}\n`);
const head = ['classes', 'examples', 'pictures', 'drawn', 'by RICES', 'gain by RICES (95%)', 'p'];
process.stdout.write(
  `${[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`,
);
