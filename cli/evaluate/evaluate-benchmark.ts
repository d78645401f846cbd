import { join, resolve } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import type { LanguageManifest } from '../../artifact/manifest.ts';
import type { Benchmark } from '../../runtime/evaluate/benchmark/benchmark.ts';
import { BENCHMARKS } from '../../runtime/evaluate/benchmark/benchmark-registry.ts';
import type { Problem } from '../../runtime/evaluate/benchmark/run/load-items.ts';
import type { RunResults } from '../../runtime/evaluate/benchmark/run/results.ts';
import { RUN_FILES } from '../../runtime/evaluate/benchmark/run/run-files.ts';
import {
  FRAMES,
  modelIdentity,
  PROTOCOL_DEFAULTS,
  type Settings,
} from '../../runtime/evaluate/benchmark/run/settings.ts';
import type { BenchmarkRun } from '../../runtime/evaluate/benchmark/run-benchmark.ts';
import type { CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { noteWeights } from '../note-weights.ts';
import { projectWays } from '../project-ways.ts';
import type { Report } from '../report.ts';
import { WrongUse } from '../wrong-use.ts';
import { analysed, openAnalysis, printAnalysis } from './analyse.ts';
import type { EvaluateFlags } from './flags.ts';

/** The paper's numbers of examples. */
const SHOTS = [0, 4, 8, 16, 32];
const SEEDS = 3;
/** So many items that are left out are told one by one; all are in the run's folder. */
const TOLD = 20;

/** Evaluates a model on a benchmark, or goes on with it. */
export async function evaluateBenchmark(
  folder: string,
  name: string,
  flags: EvaluateFlags,
  { report, signal }: CommandContext,
): Promise<ExitCode> {
  const benchmark = chosenBenchmark(name);
  const [{ loadFlamingo }, { runBenchmark }] = await Promise.all([
    import('../../runtime/load-flamingo.ts'),
    import('../../runtime/evaluate/benchmark/run-benchmark.ts'),
  ]);
  const { provider, pixels, batch, limit, nltkData } = flags;
  const seeds = Array.from({ length: seedCount(flags) }, (_, seed) => seed);
  const shots = flags.shots ?? (benchmark.examplesFrom === undefined ? [0] : SHOTS);
  checkFlags(benchmark, flags);
  await using analysis =
    flags.analyse === undefined ? undefined : await openAnalysis(flags.analyse, benchmark, flags, signal);
  const model = await loadFlamingo(folder, { provider, pixels, ways: await projectWays(folder) });
  const encoding = report.progress('features');
  const progress = report.progress(benchmark.title);
  const started = performance.now();
  let told = 0;
  try {
    noteWeights(model.manifest, 'the figures mean nothing', report);
    const settings = await settingsOf(benchmark, folder, flags, model.manifest);
    const out =
      flags.out ?? join('evaluations', `${settings.model.name}-${benchmark.name}-${settings.split}`);
    const run = await runBenchmark(model, benchmark, settings, {
      ...{ out, shots: [...new Set(shots)], seeds, limit, batch, signal, resources: { nltkData } },
      onProblem(problem) {
        told += 1;
        if (told <= TOLD) report.note(sentence(problem));
      },
      onFeatures(done, total) {
        encoding.update(done, total);
        if (done === total) encoding.stop();
      },
      onProgress: (done, total) => progress.update(done, total),
    });
    progress.stop();
    const { length } = run.results.problems;
    if (length > TOLD) report.note(`${length - TOLD} more are left out: ${join(out, RUN_FILES.problems)}`);
    const found = analysis && flags.analyse && (await analysed(out, flags.analyse, analysis, benchmark));
    if (flags.json) {
      const more = found && { analysis: found.result };
      report.result(JSON.stringify({ ...run.results, ...more }, undefined, 2));
    } else print(run, out, (performance.now() - started) / 1000, report);
    if (found && !flags.json) printAnalysis(found, report);
    return length > 0 ? EXIT.badInput : EXIT.ok;
  } finally {
    encoding.stop();
    progress.stop();
    await model.close();
  }
}

function chosenBenchmark(name: string): Benchmark {
  const found = BENCHMARKS.find((benchmark) => benchmark.name === name);
  if (found !== undefined) return found;
  const names = BENCHMARKS.map((benchmark) => benchmark.name);
  const near = closest(name, names);
  const meant = distance(name, near) <= 3 ? `: is '${near}' meant?` : '.';
  throw new WrongUse(`There is no benchmark '${name}' (there are ${names.join(', ')})${meant}`);
}

/** RICES draws nothing: only orders of an ensemble differ by seed. */
function seedCount({ select, ensemble, seeds }: EvaluateFlags): number {
  if (select !== 'rices' || ensemble !== undefined) return seeds ?? SEEDS;
  if (seeds !== undefined && seeds > 1) {
    throw new WrongUse(
      'With --select rices nothing is drawn, so more --seeds than one would give the same: leave them out, or add --ensemble.',
    );
  }
  return 1;
}

function checkFlags(benchmark: Benchmark, flags: EvaluateFlags): void {
  const { title, answering, splits } = benchmark;
  const only = (kind: 'written' | 'chosen', option: string) => {
    if (answering.kind === kind) return;
    const are = answering.kind === 'written' ? 'written' : 'chosen by likelihood';
    throw new WrongUse(`Answers to ${title} are ${are}, so ${option} does not go with it.`);
  };
  if (flags.data === undefined) {
    const layout = benchmark.layout(flags.split ?? splits[0] ?? '').join(', ');
    throw new WrongUse(`--benchmark ${benchmark.name} needs --data, the folder with ${layout}.`);
  }
  if (flags.split !== undefined && !splits.includes(flags.split)) {
    throw new WrongUse(
      `${title} has no split '${flags.split}' with answers (there is ${splits.join(', ')}).`,
    );
  }
  if (flags.ensemble !== undefined) only('chosen', '--ensemble');
  if (flags.normalise !== undefined) only('chosen', '--normalise');
  if (flags.beams !== undefined) only('written', '--beams');
  if (flags.maxNewTokens !== undefined) only('written', '--max-new-tokens');
  if (flags.select === 'rices' && benchmark.examplesOf !== undefined) {
    throw new WrongUse(
      `${title} says itself which examples a question has, so --select rices does not go with it.`,
    );
  }
}

async function settingsOf(
  benchmark: Benchmark,
  folder: string,
  flags: EvaluateFlags,
  manifest: LanguageManifest,
): Promise<Settings> {
  const { protocol = 'paper', select = 'random', ensemble = 1, support, pixels } = flags;
  const defaults = PROTOCOL_DEFAULTS[protocol];
  const { dialogue } = manifest.language;
  const assistant = flags.dialogue && dialogue?.tuned === true ? dialogue.assistant : null;
  if (assistant !== null && ensemble > 1) {
    throw new WrongUse('--ensemble orders examples, which a dialogue has as turns: add --no-dialogue.');
  }
  const { answering } = benchmark;
  const longest = answering.kind === 'written' ? answering.maxNewTokens : 1;
  const most = manifest.image?.maxFrames ?? 1;
  return {
    benchmark: benchmark.name,
    split: flags.split ?? benchmark.splits[0] ?? '',
    data: resolve(flags.data ?? '.'),
    protocol,
    model: await modelIdentity(folder, manifest.model.name),
    select,
    support: support === 'all' ? null : (support ?? defaults.support),
    ensemble,
    normalise: flags.normalise ?? defaults.normalise,
    endOfChunk: defaults.endOfChunk,
    beams: flags.beams ?? defaults.beams,
    maxNewTokens: flags.maxNewTokens ?? longest,
    frames: Math.min(flags.frames ?? FRAMES, most),
    assistant,
    pixels,
  };
}

function sentence({ split, item, reason }: Problem): string {
  return `${split}: ${item} is left out: ${reason}.`;
}

function print(
  { results, answered, known }: BenchmarkRun,
  out: string,
  seconds: number,
  report: Report,
): void {
  const { title, metric, settings, asked, examplesFrom } = results;
  const { split, protocol, select } = settings;
  const from =
    examplesFrom === undefined ? '' : `, examples from '${examplesFrom}' (${results.support}, ${select})`;
  report.result(`${report.colour.out.bold(title)} '${split}', protocol ${protocol}${from}`);
  report.result(`asked as: ${asked.example.replaceAll('\n', '\\n')}`);
  report.result(`answer: ${asked.rule}`);
  report.table(
    ['shots', 'items', metric, '95% from', 'to', 'over'],
    rowsOf(results).map((row) => [...row]),
  );
  const rate = answered === 0 ? '' : `, ${(answered / seconds).toPrecision(2)} a second`;
  const before = known === 0 ? '' : `, ${known} were there`;
  report.note(`${answered} answers in ${seconds.toFixed(1)} s${rate}${before}; ${out} has all of them`);
}

function rowsOf({ shots }: RunResults): readonly (readonly string[])[] {
  const times100 = (value: number | undefined) => (value === undefined ? '' : (100 * value).toFixed(2));
  return shots.map(({ shots, score, interval, seeds }) => [
    String(shots),
    String(Math.max(...seeds.map(({ items }) => items))),
    ...[times100(score), times100(interval?.low), times100(interval?.high)],
    interval?.over === 'seeds' ? `${seeds.length} seeds` : (interval?.over ?? ''),
  ]);
}
