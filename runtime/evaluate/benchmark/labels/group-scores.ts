import { mean } from 'simple-statistics';
import { UserError } from '../../../../artifact/user-error.ts';
import { type Interval, middle, resamples } from '../../bootstrap.ts';
import type { Benchmark } from '../benchmark.ts';
import type { BenchmarkItem } from '../item.ts';
import type { Answered } from '../metric.ts';
import type { Resources } from '../resources.ts';
import type { LoadedRun } from '../run/load-run.ts';
import { outcomeKey } from '../run/outcome.ts';
import { answeredItems } from '../run/score-run.ts';

/** The score of some of a run's items, and the scores of as many draws of them. */
export interface GroupScore {
  readonly items: number;
  readonly score: number;
  readonly drawn: readonly number[];
}

/** Draws of a bootstrap: where a score is the mean of items', and where it is computed anew. */
const TIMES = { mean: 2000, anew: 200 };

/**
 * The score of a group of items with so many examples: the mean of the items' own where the benchmark's score is that (a
 * caption's CIDEr then has its document frequencies from the whole run); else the metric of the group alone. Over seeds it
 * is averaged.
 *
 * @param draw another for another group, so that their draws are independent
 * @returns undefined where no item of the group was answered, or the metric is not defined of it
 */
export async function groupScore(
  { metric }: Benchmark,
  run: LoadedRun,
  group: readonly BenchmarkItem[],
  {
    shots,
    seeds,
    draw,
  }: { readonly shots: number; readonly seeds: readonly number[]; readonly draw: number },
  resources: Resources,
): Promise<GroupScore | undefined> {
  const means = group.flatMap(({ id }) => {
    const own = seeds.flatMap((seed) => run.scores.get(outcomeKey({ shots, seed, id })) ?? []);
    return own.length === 0 ? [] : [mean(own)];
  });
  if (means.length > 0) {
    const drawn = Array.from(resamples(means.length, TIMES.mean, draw), (places) =>
      mean(Array.from(places, (place) => means[place] ?? 0)),
    );
    return { items: means.length, score: mean(means), drawn };
  }
  const answered = seeds.map(
    (seed) => new Map(answeredItems(group, run.outcomes, shots, seed).map((each) => [each.item.id, each])),
  );
  const ids = group.map(({ id }) => id).filter((id) => answered.every((seed) => seed.has(id)));
  if (ids.length === 0) return undefined;
  const scoreOf = async (chosen: readonly string[]): Promise<number | undefined> => {
    const scores: number[] = [];
    for (const seed of answered) {
      const own = chosen.map((id) => seed.get(id)).filter((each): each is Answered => each !== undefined);
      try {
        scores.push((await metric.score(own, resources)).score);
      } catch (error) {
        // As an area under a curve without a positive item.
        if (error instanceof UserError) return undefined;
        throw error;
      }
    }
    return mean(scores);
  };
  const score = await scoreOf(ids);
  if (score === undefined) return undefined;
  const drawn: number[] = [];
  for (const places of resamples(ids.length, TIMES.anew, draw)) {
    const again = await scoreOf(Array.from(places, (place) => ids[place] ?? ''));
    if (again !== undefined) drawn.push(again);
  }
  return { items: ids.length, score, drawn };
}

/** The first group's score less the second's. */
export interface GroupDifference {
  readonly difference: number;
  /** 95%, by a bootstrap over the items of each group. */
  readonly interval: Interval;
  /** Two-sided, by the same draws: how often the difference has the other sign. */
  readonly p: number;
}

export function groupDifference(first: GroupScore, second: GroupScore): GroupDifference | undefined {
  const count = Math.min(first.drawn.length, second.drawn.length);
  if (count === 0 || first.items < 2 || second.items < 2) return undefined;
  const drawn = Array.from(
    { length: count },
    (_, index) => (first.drawn[index] ?? 0) - (second.drawn[index] ?? 0),
  );
  const share = (holds: (value: number) => boolean) => drawn.filter(holds).length / count;
  const p = Math.min(
    1,
    2 *
      Math.min(
        share((value) => value <= 0),
        share((value) => value >= 0),
      ),
  );
  return { difference: first.score - second.score, interval: middle(drawn), p };
}
