import type { AnalysisReport } from '../analysis.ts';
import type { PicturesOf } from '../run/pictures-of.ts';
import { escaped, page, table } from './html.ts';
import { itemCards } from './item-cards.ts';

/** An analysis as one HTML page: its tables, then items with their pictures. */
export async function analysisPage(
  title: string,
  { tables, notes, items }: AnalysisReport,
  picturesOf: PicturesOf,
): Promise<string> {
  const shown: string[] = [];
  for (const { title: heading, cards } of items) {
    shown.push(`<h2>${escaped(heading)}</h2>`, await itemCards(cards, picturesOf));
  }
  return page(title, [
    ...tables.flatMap(({ title: heading, head, rows }) => [
      `<h2>${escaped(heading)}</h2>`,
      table(head, rows),
    ]),
    ...notes.map((note) => `<p>${escaped(note)}</p>`),
    ...shown,
  ]);
}
