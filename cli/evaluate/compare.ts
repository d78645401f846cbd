import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { BENCHMARKS } from '../../runtime/evaluate/benchmark/benchmark-registry.ts';
import {
  comparedHead,
  comparedRows,
  comparisonPage,
  namesOf,
} from '../../runtime/evaluate/benchmark/page/comparison-page.ts';
import { compareRuns, countsOf } from '../../runtime/evaluate/benchmark/run/compare-runs.ts';
import { type LoadedRun, loadRun } from '../../runtime/evaluate/benchmark/run/load-run.ts';
import { picturesFrom } from '../../runtime/evaluate/benchmark/run/pictures-of.ts';
import { writeRunFile } from '../../runtime/evaluate/benchmark/run/results.ts';
import { RUN_FILES } from '../../runtime/evaluate/benchmark/run/run-files.ts';
import { scoreRun } from '../../runtime/evaluate/benchmark/run/score-run.ts';
import type { CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { WrongUse } from '../wrong-use.ts';
import type { EvaluateFlags } from './flags.ts';

/** The page of a comparison, in the folder that `--out` names. */
const PAGE = 'comparison.html';

/** Compares two runs of a benchmark. */
export async function compare(
  folders: readonly string[],
  { json, out, nltkData }: EvaluateFlags,
  { report }: CommandContext,
): Promise<ExitCode> {
  const [a, b, ...others] = folders;
  if (a === undefined || b === undefined || others.length > 0) {
    throw new WrongUse(`--compare takes the folders of two runs, and ${folders.length} came.`);
  }
  const runs = [await loadRun(a), await loadRun(b)] as const;
  const { settings } = runs[0];
  const benchmark = BENCHMARKS.find(({ name }) => name === settings.benchmark);
  if (benchmark === undefined) throw new UserError(`There is no benchmark '${settings.benchmark}' any more.`);
  const comparison = await compareRuns(benchmark, ...runs, { nltkData });
  const names = namesOf(runs);
  if (out !== undefined) {
    const scoresOf = (run: LoadedRun) =>
      scoreRun(benchmark, run.items, run.outcomes, countsOf(run), { nltkData });
    const { title, metric } = benchmark;
    const content = await comparisonPage({
      ...{ title, metric: metric.name, runs, comparison },
      scores: [await scoresOf(runs[0]), await scoresOf(runs[1])],
      picturesOf: picturesFrom(join(a, RUN_FILES.frames), settings.frames),
    });
    await writeRunFile(out, PAGE, content);
  }
  if (json) {
    report.result(JSON.stringify(comparison, undefined, 2));
    return EXIT.ok;
  }
  report.result(`${report.colour.out.bold(benchmark.title)} '${settings.split}', ${benchmark.metric.name}`);
  for (const [name, first, second] of comparison.settings) report.result(`${name}: ${first}, then ${second}`);
  report.table(comparedHead(names), comparedRows(comparison));
  if (out !== undefined) report.note(join(out, PAGE));
  return EXIT.ok;
}
