import { mean } from 'simple-statistics';
import { UserError } from '../../../../artifact/user-error.ts';
import { bootstrapMean, type Interval, middle, resamples, studentInterval } from '../../bootstrap.ts';
import type { Benchmark } from '../benchmark.ts';
import type { BenchmarkItem } from '../item.ts';
import type { Answered, BenchmarkMetric, MetricScore } from '../metric.ts';
import type { Resources } from '../resources.ts';
import { type Outcome, outcomeKey } from './outcome.ts';

/** The score with one number of examples and one seed. */
interface SeedScore {
  readonly seed: number;
  /** How many items were answered. */
  readonly items: number;
  readonly score: number;
}

/** The score with one number of examples. */
export interface ShotsScore {
  readonly shots: number;
  /** The mean over the seeds. */
  readonly score: number;
  /** Its 95% interval; left out where nothing can be said of it. */
  readonly interval?: Interval & {
    /** Over seeds (Student's t) where there are several; else over items (bootstrap). */
    readonly over: 'seeds' | 'items';
  };
  readonly seeds: readonly SeedScore[];
}

/** An item's score, where the benchmark's is their mean. */
export interface ItemScore {
  readonly shots: number;
  readonly seed: number;
  readonly id: string;
  readonly score: number;
}

/** Answers that the metric cannot score, as an area under a curve without a positive item. */
interface Unscored {
  readonly shots: number;
  readonly seed: number;
  readonly error: UserError;
}

export interface RunScores {
  readonly shots: readonly ShotsScore[];
  readonly items: readonly ItemScore[];
  readonly unscored: readonly Unscored[];
}

/** Times that items are drawn again where the metric is computed anew for each. */
const TIMES = 200;

/** The seeds with which so many examples were drawn, by their number. */
export type SeedsByShots = ReadonlyMap<number, readonly number[]>;

/** Adds what an earlier run of the folder has answered of all these items; in the order of the numbers of examples. */
export function withComplete(
  outcomes: ReadonlyMap<string, Outcome>,
  items: readonly BenchmarkItem[],
  asked: SeedsByShots,
): SeedsByShots {
  const ids = new Set(items.map(({ id }) => id));
  const answered = new Map<number, Map<number, number>>();
  for (const { shots, seed, id } of outcomes.values()) {
    const bySeed = answered.get(shots) ?? new Map<number, number>();
    answered.set(shots, bySeed);
    if (ids.has(id)) bySeed.set(seed, (bySeed.get(seed) ?? 0) + 1);
  }
  const counts = [...new Set([...asked.keys(), ...answered.keys()])].sort((a, b) => a - b);
  return new Map(
    counts.flatMap((shots) => {
      const complete = [...(answered.get(shots) ?? [])].filter(([, count]) => count === items.length);
      const seeds = new Set([...(asked.get(shots) ?? []), ...complete.map(([seed]) => seed)]);
      return seeds.size === 0 ? [] : [[shots, [...seeds].sort((a, b) => a - b)] as const];
    }),
  );
}

/**
 * Scores the answers of a run. Items without one are left out; so is a number of examples with which none was answered, or
 * whose answers cannot be scored.
 */
export async function scoreRun(
  benchmark: Benchmark,
  items: readonly BenchmarkItem[],
  outcomes: ReadonlyMap<string, Outcome>,
  counts: SeedsByShots,
  resources: Resources,
): Promise<RunScores> {
  const found: ShotsScore[] = [];
  const itemScores: ItemScore[] = [];
  const unscored: Unscored[] = [];
  for (const [count, seeds] of counts) {
    const bySeed: SeedScore[] = [];
    let interval: Interval | undefined;
    for (const seed of seeds) {
      const answered = answeredItems(items, outcomes, count, seed);
      if (answered.length === 0) continue;
      const scored = await scoreOrError(benchmark.metric, answered, resources);
      if (scored instanceof UserError) {
        unscored.push({ shots: count, seed, error: scored });
        continue;
      }
      const { score, scores } = scored;
      bySeed.push({ seed, items: answered.length, score });
      itemScores.push(
        ...(scores ?? []).map((score, index) => ({
          ...{ shots: count, seed, score },
          id: answered[index]?.item.id ?? '',
        })),
      );
      if (seeds.length === 1) interval = await overItems(benchmark.metric, answered, scores, resources);
    }
    if (bySeed.length === 0) continue;
    const scores = bySeed.map(({ score }) => score);
    found.push({
      shots: count,
      score: mean(scores),
      ...(bySeed.length > 1 && { interval: { ...studentInterval(scores), over: 'seeds' as const } }),
      ...(interval && { interval: { ...interval, over: 'items' as const } }),
      seeds: bySeed,
    });
  }
  return { shots: found, items: itemScores, unscored };
}

/** The items that were answered with so many examples and a seed. */
export function answeredItems(
  items: readonly BenchmarkItem[],
  outcomes: ReadonlyMap<string, Outcome>,
  shots: number,
  seed: number,
): readonly Answered[] {
  return items.flatMap((item): Answered[] => {
    const outcome = outcomes.get(outcomeKey({ shots, seed, id: item.id }));
    if (outcome === undefined) return [];
    const { answer, scores } = outcome;
    return [{ item, answer, ...(scores && { scores }) }];
  });
}

async function overItems(
  metric: BenchmarkMetric,
  answered: readonly Answered[],
  scores: readonly number[] | undefined,
  resources: Resources,
): Promise<Interval | undefined> {
  if (answered.length < 2) return undefined;
  if (scores !== undefined) return bootstrapMean(scores);
  const again: number[] = [];
  for (const places of resamples(answered.length, TIMES)) {
    const drawn = Array.from(places, (place) => answered[place]).filter((each) => each !== undefined);
    const scored = await scoreOrError(metric, drawn, resources);
    if (!(scored instanceof UserError)) again.push(scored.score);
  }
  return again.length < TIMES / 2 ? undefined : middle(again);
}

/** What a metric says, or why it is not defined of these items. */
async function scoreOrError(
  metric: BenchmarkMetric,
  answered: readonly Answered[],
  resources: Resources,
): Promise<MetricScore | UserError> {
  try {
    return await metric.score(answered, resources);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
