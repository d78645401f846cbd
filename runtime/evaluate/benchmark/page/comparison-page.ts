import type { ComparedItem, Comparison } from '../run/compare-runs.ts';
import type { LoadedRun } from '../run/load-run.ts';
import { outcomeKey } from '../run/outcome.ts';
import type { PicturesOf } from '../run/pictures-of.ts';
import type { RunScores } from '../run/score-run.ts';
import { page, table } from './html.ts';
import { type ItemCard, itemCards } from './item-cards.ts';
import { shotsCurve } from './shots-curve.ts';
import { times100 } from './times-100.ts';

export interface ComparisonInput {
  readonly title: string;
  readonly metric: string;
  readonly runs: readonly [LoadedRun, LoadedRun];
  /** Each run's own scores. */
  readonly scores: readonly [RunScores, RunScores];
  readonly comparison: Comparison;
  readonly picturesOf: PicturesOf;
}

/** Items that are shown of the losses and of the gains. */
const SHOWN = 12;

/** Two runs of a benchmark as one HTML page: both curves, the differences, the items that lose and that gain most. */
export async function comparisonPage(input: ComparisonInput): Promise<string> {
  const { title, metric, runs, scores, comparison, picturesOf } = input;
  const names = namesOf(runs);
  const gains = comparison.items
    .filter(({ difference }) => difference > 0)
    .slice(-SHOWN)
    .reverse();
  const losses = comparison.items.filter(({ difference }) => difference < 0).slice(0, SHOWN);
  const cards = (items: readonly ComparedItem[]) =>
    itemCards(
      items.flatMap((each) => cardOf(runs, names, each)),
      picturesOf,
    );
  const [first, second] = scores;
  return page(`${title}: ${names[0]} against ${names[1]}`, [
    shotsCurve(`${metric} × 100`, [
      { name: names[0], shots: first.shots },
      { name: names[1], shots: second.shots },
    ]),
    table(comparedHead(names), comparedRows(comparison)),
    table(['setting', ...names], comparison.settings),
    ...(gains.length === 0 ? [] : [`<h2>Better in the second</h2>`, await cards(gains)]),
    ...(losses.length === 0 ? [] : [`<h2>Worse in the second</h2>`, await cards(losses)]),
  ]);
}

/** What the two runs are called: the ends of their folders' names, or both whole where these are the same. */
export function namesOf([first, second]: readonly [LoadedRun, LoadedRun]): readonly [string, string] {
  const last = ({ folder }: LoadedRun) =>
    folder
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1) ?? folder;
  return last(first) === last(second) ? [first.folder, second.folder] : [last(first), last(second)];
}

/** The headings of the table of a comparison. */
export function comparedHead(names: readonly [string, string]): readonly string[] {
  return ['shots', 'items', ...names, 'difference', '95% from', 'to', 'p'];
}

/** Its rows; scores times 100. */
export function comparedRows({ shots }: Comparison): readonly (readonly string[])[] {
  return shots.map(({ shots, items, scores: [first, second], difference, interval, p }) => [
    ...[String(shots), String(items), times100(first), times100(second), times100(difference)],
    ...[times100(interval.low), times100(interval.high), p.toFixed(3)],
  ]);
}

function cardOf(
  runs: readonly [LoadedRun, LoadedRun],
  names: readonly [string, string],
  { id, shots }: ComparedItem,
): readonly ItemCard[] {
  const item = runs[0].items.find((each) => each.id === id);
  const answers = runs.flatMap(({ outcomes, scores }, index) => {
    const outcome = [...outcomes.values()].find((each) => each.id === id && each.shots === shots);
    if (outcome === undefined) return [];
    return [{ name: names[index] ?? '', outcome, score: scores.get(outcomeKey(outcome)) }];
  });
  return item === undefined ? [] : [{ item, answers }];
}
