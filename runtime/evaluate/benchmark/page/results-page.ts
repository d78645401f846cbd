import type { BenchmarkItem } from '../item.ts';
import { type Outcome, outcomeKey } from '../run/outcome.ts';
import type { PicturesOf } from '../run/pictures-of.ts';
import type { RunResults } from '../run/results.ts';
import type { ItemScore } from '../run/score-run.ts';
import { escaped, page, table } from './html.ts';
import { type ItemCard, itemCards } from './item-cards.ts';
import { shotsCurve } from './shots-curve.ts';
import { times100 } from './times-100.ts';

export interface PageInput {
  readonly results: RunResults;
  readonly items: readonly BenchmarkItem[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly scores: readonly ItemScore[];
  readonly picturesOf: PicturesOf;
}

/** Items that are shown of the best and of the worst. */
const SHOWN = 12;

/** What a run found, as one HTML page: the curve over numbers of examples, the worst and the best items with pictures. */
export async function resultsPage(input: PageInput): Promise<string> {
  const { results, picturesOf } = input;
  const { title, metric, settings, asked, shots, problems } = results;
  const ranked = rankedCards(input);
  const worst = ranked.slice(0, SHOWN);
  const best = ranked.slice(worst.length).slice(-SHOWN).reverse();
  const most = Math.max(...shots.map((each) => each.shots));
  const name = `${settings.model.name} on ${title} '${settings.split}'`;
  return page(name, [
    shotsCurve(`${metric} × 100`, [{ name: settings.model.name, shots }]),
    table(['shots', 'items', metric, '95% interval', ''], scoreRows(results)),
    '<h2>How it was asked</h2>',
    `<pre>${escaped(asked.example)}</pre>`,
    table([], [['answer', asked.rule], ...settingRows(results)]),
    ...(problems.length === 0
      ? []
      : [
          `<h2>Left out: ${problems.length}</h2>`,
          table(
            ['item', 'because'],
            problems.slice(0, SHOWN).map(({ split, item, reason }) => [`${split}: ${item}`, reason]),
          ),
        ]),
    ...(worst.length === 0
      ? []
      : [`<h2>Worst with ${most} examples</h2>`, await itemCards(worst, picturesOf)]),
    ...(best.length === 0 ? [] : [`<h2>Best with ${most} examples</h2>`, await itemCards(best, picturesOf)]),
  ]);
}

function scoreRows({ shots }: RunResults): readonly (readonly string[])[] {
  return shots.map(({ shots, score, interval, seeds }) => [
    String(shots),
    String(Math.max(...seeds.map(({ items }) => items))),
    times100(score),
    interval === undefined ? '' : `${times100(interval.low)} to ${times100(interval.high)}`,
    interval === undefined ? '' : `over ${interval.over === 'seeds' ? `${seeds.length} seeds` : 'items'}`,
  ]);
}

function settingRows({ settings, examplesFrom, support }: RunResults): readonly (readonly string[])[] {
  const { model, ...rest } = settings;
  const examples = examplesFrom === undefined ? [] : [['examples', `${support} of '${examplesFrom}'`]];
  return [
    ['model', `${model.folder} (manifest ${model.manifest.slice(0, 12)})`],
    ...examples,
    ...Object.entries(rest).map(([name, value]) => [name, String(value)]),
  ];
}

/** Items that were answered with the most examples, the worst first; each with its answers by number of examples. */
function rankedCards({ results, items, outcomes, scores }: PageInput): readonly ItemCard[] {
  const known = new Map(scores.map((each) => [outcomeKey(each), each.score]));
  const counts = results.shots.map(({ shots, seeds }) => ({ shots, seed: seeds[0]?.seed ?? 0 }));
  const ranked = items.flatMap((item) => {
    const answers = counts.flatMap(({ shots, seed }) => {
      const key = outcomeKey({ shots, seed, id: item.id });
      const outcome = outcomes.get(key);
      return outcome === undefined ? [] : [{ name: `${shots}`, outcome, score: known.get(key) }];
    });
    const last = answers.at(-1);
    if (last === undefined || last.outcome.shots !== counts.at(-1)?.shots) return [];
    return [{ card: { item, answers }, rank: last.score ?? marginOf(item, last.outcome) }];
  });
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ card }) => card);
}

/** By how much the right choice beats the best of the others, where items have no scores of their own. */
function marginOf({ label }: BenchmarkItem, { scores = [] }: Outcome): number {
  if (label === undefined) return 0;
  const others = scores.filter((_, index) => index !== label);
  return (scores[label] ?? 0) - Math.max(...others);
}
