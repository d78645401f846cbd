import { mean } from 'simple-statistics';
import { UserError } from '../../../../artifact/user-error.ts';
import { type Interval, middle, resamples } from '../../bootstrap.ts';
import type { Benchmark } from '../benchmark.ts';
import type { Answered } from '../metric.ts';
import type { Resources } from '../resources.ts';
import type { LoadedRun } from './load-run.ts';
import { outcomeKey } from './outcome.ts';
import { answeredItems, type SeedsByShots } from './score-run.ts';
import type { Settings } from './settings.ts';

/** Two runs with one number of examples, on the items that both have answered. */
interface ComparedShots {
  readonly shots: number;
  readonly items: number;
  readonly scores: readonly [first: number, second: number];
  /** The second's less the first's. */
  readonly difference: number;
  /** Its 95% interval, by a paired bootstrap over items. */
  readonly interval: Interval;
  /** Two-sided, by the same draws: how often the difference has the other sign. */
  readonly p: number;
}

/** An item on which two runs differ. */
export interface ComparedItem {
  readonly shots: number;
  readonly id: string;
  readonly difference: number;
}

export interface Comparison {
  /** In what the runs' settings differ: the setting, the first's, the second's. */
  readonly settings: readonly (readonly [name: string, first: string, second: string])[];
  readonly shots: readonly ComparedShots[];
  /** With the most examples, from what the second loses to what it gains; none where items have no scores. */
  readonly items: readonly ComparedItem[];
}

/** Draws of a bootstrap: where a score is the mean of items', and where it is computed anew. */
const TIMES = { mean: 2000, anew: 200 };

/**
 * Compares two runs of a benchmark item by item. Where a score is the mean of items', their mean over seeds is compared;
 * elsewhere the metric is computed anew for each draw of items.
 *
 * @throws UserError for runs of different benchmarks or splits, or without an item that both have answered
 */
export async function compareRuns(
  benchmark: Benchmark,
  first: LoadedRun,
  second: LoadedRun,
  resources: Resources,
): Promise<Comparison> {
  for (const name of ['benchmark', 'split'] as const) {
    const [a, b] = [first.settings[name], second.settings[name]];
    if (a === b) continue;
    throw new UserError(
      `${first.folder} is of the ${name} '${a}', ${second.folder} of '${b}': compare runs of the same items.`,
    );
  }
  const shots = shotsOf(first).filter((count) => shotsOf(second).includes(count));
  const compared: ComparedShots[] = [];
  let items: readonly ComparedItem[] = [];
  for (const count of shots) {
    const both = [scoresOf(first, count), scoresOf(second, count)] as const;
    const ids = [...both[0].keys()].filter((id) => both[1].has(id));
    if (ids.length > 0) {
      const pairs = ids.map((id): readonly [number, number] => [both[0].get(id) ?? 0, both[1].get(id) ?? 0]);
      compared.push({ shots: count, ...byMeans(pairs) });
      items = pairs
        .map(([a, b], index) => ({ shots: count, id: ids[index] ?? '', difference: b - a }))
        .toSorted((x, y) => x.difference - y.difference);
      continue;
    }
    const anew = await byMetric(benchmark, [first, second], count, resources);
    if (anew !== undefined) compared.push({ shots: count, ...anew });
  }
  if (compared.length === 0) {
    throw new UserError(
      `${first.folder} and ${second.folder} have no item in common that both have answered with as many examples: run both with the same --shots and --limit.`,
    );
  }
  return { settings: differencesOf(first.settings, second.settings), shots: compared, items };
}

/** All numbers of examples and seeds that a run has answers with. */
export function countsOf(run: LoadedRun): SeedsByShots {
  return new Map(shotsOf(run).map((count) => [count, seedsOf(run, count)]));
}

function shotsOf({ outcomes }: LoadedRun): readonly number[] {
  return [...new Set([...outcomes.values()].map(({ shots }) => shots))].sort((a, b) => a - b);
}

function seedsOf({ outcomes }: LoadedRun, count: number): readonly number[] {
  return [...new Set([...outcomes.values()].filter(({ shots }) => shots === count).map(({ seed }) => seed))];
}

/** The mean over seeds of each item's score. */
function scoresOf(run: LoadedRun, shots: number): ReadonlyMap<string, number> {
  const seeds = seedsOf(run, shots);
  const found = new Map<string, number>();
  for (const { id } of run.items) {
    const own = seeds.flatMap((seed) => run.scores.get(outcomeKey({ shots, seed, id })) ?? []);
    if (own.length > 0) found.set(id, mean(own));
  }
  return found;
}

type Counted = Omit<ComparedShots, 'shots'>;

function byMeans(pairs: readonly (readonly [number, number])[]): Counted {
  const differences = pairs.map(([a, b]) => b - a);
  const drawn: number[] = [];
  for (const places of resamples(pairs.length, TIMES.mean)) {
    let sum = 0;
    for (const place of places) sum += differences[place] ?? 0;
    drawn.push(sum / pairs.length);
  }
  return counted([mean(pairs.map(([a]) => a)), mean(pairs.map(([, b]) => b))], drawn, pairs.length);
}

async function byMetric(
  { metric }: Benchmark,
  runs: readonly [LoadedRun, LoadedRun],
  shots: number,
  resources: Resources,
): Promise<Counted | undefined> {
  const answered = runs.map((run) =>
    seedsOf(run, shots).map(
      (seed) =>
        new Map(answeredItems(run.items, run.outcomes, shots, seed).map((each) => [each.item.id, each])),
    ),
  );
  const ids = runs[0].items.map(({ id }) => id).filter((id) => answered.flat().every((seed) => seed.has(id)));
  if (ids.length === 0) return undefined;
  const score = async (run: number, chosen: readonly string[]) => {
    const seeds = (answered[run] ?? []).map((seed) =>
      chosen.map((id) => seed.get(id)).filter((each): each is Answered => each !== undefined),
    );
    const scores = await Promise.all(seeds.map((seed) => metric.score(seed, resources)));
    return mean(scores.map((each) => each.score));
  };
  const drawn: number[] = [];
  for (const places of resamples(ids.length, TIMES.anew)) {
    const chosen = Array.from(places, (place) => ids[place] ?? '');
    try {
      drawn.push((await score(1, chosen)) - (await score(0, chosen)));
    } catch (error) {
      // A draw of which the metric is not defined, such as one without a positive item.
      if (!(error instanceof UserError)) throw error;
    }
  }
  return drawn.length === 0
    ? undefined
    : counted([await score(0, ids), await score(1, ids)], drawn, ids.length);
}

function counted(scores: readonly [number, number], drawn: readonly number[], items: number): Counted {
  const share = (holds: (value: number) => boolean) => drawn.filter(holds).length / drawn.length;
  const p = Math.min(
    1,
    2 *
      Math.min(
        share((value) => value <= 0),
        share((value) => value >= 0),
      ),
  );
  return { items, scores, difference: scores[1] - scores[0], interval: middle(drawn), p };
}

function differencesOf(first: Settings, second: Settings): Comparison['settings'] {
  const words = (settings: Settings): readonly (readonly [string, string])[] =>
    Object.entries(settings).map(([name, value]) => [
      name,
      name === 'model' ? `${settings.model.folder} (${settings.model.manifest.slice(0, 8)})` : String(value),
    ]);
  const others = new Map(words(second));
  return words(first).flatMap(([name, value]) => {
    const other = others.get(name) ?? '';
    return other === value ? [] : [[name, value, other] as const];
  });
}
