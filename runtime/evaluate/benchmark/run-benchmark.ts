import { join } from 'node:path';
import { plain } from '../../../artifact/quoted.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { inBatches } from '../in-batches.ts';
import { AS_WRITTEN } from './answer-rules.ts';
import type { Benchmark } from './benchmark.ts';
import type { BenchmarkItem } from './item.ts';
import { resultsPage } from './page/results-page.ts';
import type { Resources } from './resources.ts';
import { type Asking, ask, type BenchmarkModel, promptOf } from './run/ask.ts';
import { checkShots, chooseExamples, type ExampleChoice, type NearestItems } from './run/choose-examples.ts';
import { Journal } from './run/journal.ts';
import { loadItems, type Problem } from './run/load-items.ts';
import { nearestItems } from './run/nearest-items.ts';
import { type Outcome, outcomeKey } from './run/outcome.ts';
import { checkVideos, picturesFrom } from './run/pictures-of.ts';
import { type Asked, promptText } from './run/prompts.ts';
import { type RunResults, resultsOf, writeResults, writeRunFile } from './run/results.ts';
import { RUN_FILES } from './run/run-files.ts';
import { scoreRun, withComplete } from './run/score-run.ts';
import { PROTOCOL_DEFAULTS, type Settings } from './run/settings.ts';

export interface RunOptions {
  /** The run's folder. */
  readonly out: string;
  /** Numbers of examples. */
  readonly shots: readonly number[];
  readonly seeds: readonly number[];
  /** Items to ask, drawn by their names; all where left out. */
  readonly limit?: number | undefined;
  /** Questions that are answered side by side. */
  readonly batch: number;
  readonly resources: Resources;
  readonly signal?: AbortSignal | undefined;
  /** Told of every item that is left out. */
  onProblem(problem: Problem): void;
  /** Told how many examples' pictures are encoded, and of how many, where examples are chosen by them. */
  onFeatures?(done: number, total: number): void;
  /** Told after each batch how many answers there are, and of how many. */
  onProgress?(done: number, total: number): void;
}

export interface BenchmarkRun {
  readonly results: RunResults;
  /** Answers that were computed now, and those that were there. */
  readonly answered: number;
  readonly known: number;
}

/**
 * Runs a benchmark on a model, or goes on with a run that was stopped: reads items, chooses examples, asks, and writes
 * answers as they come, scores at the end. An item that cannot be asked is told and left out.
 *
 * @throws UserError for data that are not the benchmark's, more examples than there are, or an `out` that cannot be
 * written; the signal's reason when aborted, with all answers so far on the disk
 */
export async function runBenchmark(
  model: BenchmarkModel,
  benchmark: Benchmark,
  settings: Settings,
  options: RunOptions,
): Promise<BenchmarkRun> {
  const { out, shots, seeds, limit, batch, resources, signal } = options;
  const problems: Problem[] = [];
  const leftOut = (problem: Problem) => {
    problems.push(problem);
    options.onProblem(problem);
  };
  const rule = benchmark.afterwards?.[settings.protocol] ?? AS_WRITTEN;
  const afterwards = await rule.open(resources);
  await benchmark.metric.check?.(resources);
  const load = { folder: settings.data, leftOut, signal };
  const { split } = settings;
  const items = await loadItems(benchmark, { ...load, split, count: limit, salt: 'items', look: false });
  const zeroShot = PROTOCOL_DEFAULTS[settings.protocol].zeroShot[benchmark.answering.kind];
  const support = await supportOf(benchmark, settings, Math.max(zeroShot, ...shots) > 0, load);
  checkShots(benchmark, split, shots, support);
  await checkVideos([...items, ...support]);
  await using journal = await Journal.open(out, settings);
  const asking: Asking = {
    ...{ model, benchmark, settings, afterwards, signal },
    picturesOf: picturesFrom(join(out, RUN_FILES.frames), settings.frames, signal),
  };
  const choice: ExampleChoice = {
    ...{ support, zeroShot },
    nearest: await nearestOf(asking, support, options, leftOut),
  };
  // By number of examples, so that prompts of a batch are of like length.
  const wanted = shots.flatMap((count) =>
    seeds.flatMap((seed) => items.map((item): Asked => ({ shots: count, seed, item }))),
  );
  const isAnswered = ({ shots, seed, item }: Asked) =>
    journal.outcomes.has(outcomeKey({ shots, seed, id: item.id }));
  const open = wanted.filter((each) => !isAnswered(each));
  const known = wanted.length - open.length;
  const questionOf = (each: Asked) => chooseExamples(benchmark, each, choice);
  let answered = 0;
  await inBatches<Asked, Outcome>(open, {
    size: batch,
    signal,
    work: async (group) => ask(asking, await Promise.all(group.map(questionOf))),
    async done(outcomes) {
      await journal.add(outcomes);
      answered += outcomes.length;
    },
    failed({ item, shots, seed }, error) {
      const reason = error.message.replace(/\.$/, '');
      leftOut({ split, item: `item ${plain(item.id)} with ${shots} examples (seed ${seed})`, reason });
    },
    onProgress: (done) => options.onProgress?.(known + done, wanted.length),
  });
  if (answered + known === 0) {
    throw new UserError(
      `None of the ${items.length} items of ${benchmark.title} could be answered (${problems.at(-1)?.item}: ${problems.at(-1)?.reason}).`,
    );
  }
  const counts = withComplete(journal.outcomes, items, new Map(shots.map((count) => [count, seeds])));
  const scores = await scoreRun(benchmark, items, journal.outcomes, counts, resources);
  for (const { shots, seed, error } of scores.unscored) {
    const reason = error.message.replace(/\.$/, '');
    leftOut({ split, item: `the score with ${shots} examples (seed ${seed})`, reason });
  }
  const shown = wanted.find((each) => each.shots > 0 && isAnswered(each)) ?? wanted.find(isAnswered);
  const asked = {
    example: shown === undefined ? '' : promptText(await promptOf(asking, await questionOf(shown))),
    rule: benchmark.answering.kind === 'written' ? rule.rule : 'the likeliest choice',
  };
  const results = resultsOf({ benchmark, settings, items, support, scores, problems, asked });
  await writeResults(out, results, { items, scores, problems });
  const { outcomes } = journal;
  const content = await resultsPage({
    ...{ results, items, outcomes, scores: scores.items },
    picturesOf: asking.picturesOf,
  });
  await writeRunFile(out, RUN_FILES.page, content);
  return { results, answered, known };
}

/** Chooses examples by their pictures, where the settings say so. */
async function nearestOf(
  { model, settings, picturesOf, signal, benchmark }: Asking,
  support: readonly BenchmarkItem[],
  { out, shots, onFeatures }: RunOptions,
  leftOut: (problem: Problem) => void,
): Promise<NearestItems | undefined> {
  const most = Math.max(...shots);
  if (settings.select !== 'rices' || most === 0) return undefined;
  const split = benchmark.examplesFrom?.(settings.split) ?? settings.split;
  return nearestItems(out, support, most, {
    ...{ model, settings, picturesOf, signal },
    failed: ({ id }, error) =>
      leftOut({ split, item: `item ${id}`, reason: error.message.replace(/\.$/, '') }),
    ...(onFeatures && { onProgress: onFeatures }),
  });
}

/** The items that examples are taken from; none where none are needed. */
async function supportOf(
  benchmark: Benchmark,
  settings: Settings,
  isNeeded: boolean,
  load: Pick<Parameters<typeof loadItems>[1], 'folder' | 'leftOut' | 'signal'>,
): Promise<readonly BenchmarkItem[]> {
  const split = benchmark.examplesFrom?.(settings.split);
  if (split === undefined || !isNeeded) return [];
  const count = settings.support ?? undefined;
  return loadItems(benchmark, { ...load, split, count, salt: 'examples', look: true });
}
