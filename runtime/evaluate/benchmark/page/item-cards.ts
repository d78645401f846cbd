import { UserError } from '../../../../artifact/user-error.ts';
import { mediaOf, type Pictures } from '../../../prompt/prompt.ts';
import type { BenchmarkItem } from '../item.ts';
import type { Outcome } from '../run/outcome.ts';
import type { PicturesOf } from '../run/pictures-of.ts';
import { escaped } from './html.ts';
import { thumbnail } from './thumbnail.ts';

/** An item to show, with answers to it. */
export interface ItemCard {
  readonly item: BenchmarkItem;
  /** What each answer is called, such as its number of examples, the answer, and its score where it has one. */
  readonly answers: readonly {
    readonly name: string;
    readonly outcome: Outcome;
    readonly score: number | undefined;
  }[];
}

/** Right answers that are shown of an item. */
const SHOWN = 5;

/** Items with their pictures, as a grid. */
export async function itemCards(cards: readonly ItemCard[], picturesOf: PicturesOf): Promise<string> {
  const drawn = await Promise.all(cards.map((card) => drawnCard(card, picturesOf)));
  return `<div class="items">\n${drawn.join('\n')}\n</div>`;
}

async function drawnCard({ item, answers }: ItemCard, picturesOf: PicturesOf): Promise<string> {
  const media = mediaOf(await picturesOf(item).catch(withoutPictures));
  const images = await Promise.all(
    media.map(async ({ source }) => {
      const address = typeof source === 'string' ? await thumbnail(source) : undefined;
      return address === undefined ? '' : `<img alt="" src="${address}">`;
    }),
  );
  const right = [...new Set(item.answers)];
  const more = right.length > SHOWN ? `, … (${right.length})` : '';
  const lines = answers.map(({ name, outcome: { answer }, score }) => {
    const points = score === undefined ? '' : ` <b>${(100 * score).toFixed(0)}</b>`;
    return `<p>${escaped(name)}: ${escaped(answer) || '<i>nothing</i>'}${points}</p>`;
  });
  return [
    '<div class="item">',
    `${images.join('')}<p class="id">${escaped(item.id)}</p>`,
    ...(item.question === '' ? [] : [`<p>${escaped(item.question)}</p>`]),
    `<p>right: ${escaped(right.slice(0, SHOWN).join(' | '))}${more}</p>`,
    ...lines,
    '</div>',
  ].join('\n');
}

/** A card goes without pictures that cannot be read any more. */
function withoutPictures(error: unknown): Pictures {
  if (error instanceof UserError) return {};
  throw error;
}
