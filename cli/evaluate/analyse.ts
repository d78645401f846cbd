import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import type { AnalysisReport, OpenAnalysis } from '../../runtime/evaluate/benchmark/analysis.ts';
import { ANALYSES } from '../../runtime/evaluate/benchmark/analysis-registry.ts';
import type { Benchmark } from '../../runtime/evaluate/benchmark/benchmark.ts';
import { BENCHMARKS } from '../../runtime/evaluate/benchmark/benchmark-registry.ts';
import { analysisPage } from '../../runtime/evaluate/benchmark/page/analysis-page.ts';
import { loadRun } from '../../runtime/evaluate/benchmark/run/load-run.ts';
import { picturesFrom } from '../../runtime/evaluate/benchmark/run/pictures-of.ts';
import { writeRunFile } from '../../runtime/evaluate/benchmark/run/results.ts';
import { RUN_FILES } from '../../runtime/evaluate/benchmark/run/run-files.ts';
import type { CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Report } from '../report.ts';
import { WrongUse } from '../wrong-use.ts';
import { ANALYSIS_FLAGS, type EvaluateFlags } from './flags.ts';

/** Analyses the run in a folder. */
export async function analyseRun(
  folder: string,
  name: string,
  flags: EvaluateFlags,
  { report, signal }: CommandContext,
): Promise<ExitCode> {
  const run = await loadRun(folder);
  const benchmark = BENCHMARKS.find((each) => each.name === run.settings.benchmark);
  if (benchmark === undefined) {
    throw new UserError(`There is no benchmark '${run.settings.benchmark}' any more.`);
  }
  await using analysis = await openAnalysis(name, benchmark, flags, signal);
  const found = await analysed(folder, name, analysis, benchmark);
  if (flags.json) report.result(JSON.stringify(found.result, undefined, 2));
  else printAnalysis(found, report);
  report.note(join(folder, `${name}.html`));
  return EXIT.ok;
}

/** Reads what an analysis needs, and sees that it goes with a benchmark: before anything is asked. */
export async function openAnalysis(
  name: string,
  benchmark: Benchmark,
  flags: EvaluateFlags,
  signal: AbortSignal,
): Promise<OpenAnalysis> {
  const chosen = ANALYSES.find((each) => each.name === name);
  if (chosen === undefined) throw new WrongUse(`There is no analysis '${name}'.`);
  for (const [source, option] of Object.entries(ANALYSIS_FLAGS)) {
    if (Reflect.get(flags, source) === undefined || chosen.takes.some((each) => each === source)) continue;
    throw new WrongUse(`${option} does not go with --analyse ${name}.`);
  }
  const { labels, classifier, toxicLabel, nltkData } = flags;
  const analysis = await chosen.open({ labels, classifier, toxicLabel, nltkData, signal });
  try {
    analysis.check(benchmark);
    return analysis;
  } catch (error) {
    await analysis[Symbol.asyncDispose]();
    throw error;
  }
}

/** Analyses a run that has ended, and writes what was found into its folder: `NAME.json` and `NAME.html`. */
export async function analysed(
  folder: string,
  name: string,
  analysis: OpenAnalysis,
  benchmark: Benchmark,
): Promise<AnalysisReport> {
  const run = await loadRun(folder);
  const found = await analysis.of(run, benchmark);
  await writeRunFile(folder, `${name}.json`, `${JSON.stringify(found.result, undefined, 2)}\n`);
  const { settings } = run;
  const title = `${settings.model.name} on ${benchmark.title} '${settings.split}': ${name}`;
  const picturesOf = picturesFrom(join(folder, RUN_FILES.frames), settings.frames);
  await writeRunFile(folder, `${name}.html`, await analysisPage(title, found, picturesOf));
  return found;
}

export function printAnalysis({ tables, notes }: AnalysisReport, report: Report): void {
  for (const { title, head, rows } of tables) {
    report.result(report.colour.out.bold(title));
    report.table(head, rows);
  }
  for (const note of notes) report.note(note);
}
