import { Tensor } from 'onnxruntime-common';
import { maskedCrossAttentionSchema } from '../../artifact/media/masked-cross-attention.ts';
import type { TextLayout } from '../prompt/layout.ts';
import { PictureStack } from './picture-stack.ts';
import { SeenPictures, type SightFeeds } from './seen-pictures.ts';
import { keyValueNames, pictureAt, requireWholePrompts, stackPictures } from './stack-pictures.ts';
import { defineWay, type EncodedMedia, type Feeds, type MediaWay } from './way.ts';

/**
 * Each token sees the pictures that a mask says, whose keys and values are computed once and kept. Text that follows a
 * prompt sees what the prompt's last token did; no other pictures are looked at then.
 */
export const maskedCrossAttention = defineWay(maskedCrossAttentionSchema, (facts, { special }) => {
  const names = keyValueNames(facts.layers);
  const shape = [facts.heads, facts.latents, facts.headDim];
  const stack = (pictures: readonly EncodedMedia[]) => stackPictures(pictures, names, shape);
  return underMask({ keeps: ['latents', ...names], sees: facts.sees, special, stack });
});

/** What a way by which a mask says what is seen keeps of pictures, and gives to the language graph. */
export interface MaskedWay extends Pick<MediaWay, 'keeps'>, Pick<SightFeeds, 'stack'> {
  readonly sees: Sees;
  readonly special: SightTokens;
}

/** Which pictures a token sees of those at or before it. */
type Sees = 'last' | 'last-in-a-row' | 'all-previous';

/** Pictures under a mask. Text that follows a prompt sees what the prompt's last token did. */
export function underMask({ keeps, sees, special, stack }: MaskedWay): MediaWay {
  const sight: SightFeeds = {
    stack,
    place: (layout, rows) => maskFeeds(layout, rows, (row) => [...(rows[row]?.keys() ?? [])]),
  };
  return {
    keeps,
    features: 'latents',
    leastTokens: 1,
    inPieces: true,
    sideBySide: true,
    tokensOf: () => 1,
    seenAfter: (tokens) => stillSeen(tokens, special, sees),
    prefill(layout, media) {
      requireWholePrompts(layout, media, special.image);
      const sights = layout.sequences.map(({ tokens, before = [] }) =>
        picturesSeen([...before, ...tokens], special, sees).slice(before.length),
      );
      // Each prompt's pictures that some new token sees, and which of these each token sees.
      const seen = sights.map((each) => [...new Set(each.flat())]);
      const own = seen.map((each, prompt) => each.map((index) => pictureAt(media, prompt, index)));
      const numbers = seen.map((each) => new Map(each.map((index, number) => [index, number])));
      const seenAt = (prompt: number, place: number) =>
        (sights[prompt]?.at(place) ?? []).flatMap((index) => numbers[prompt]?.get(index) ?? []);
      const pictures = [...new Set(own.flat())];
      const rowOf = new Map(pictures.map((picture, row) => [picture, row]));
      return {
        feeds: maskFeeds(
          layout,
          own.map((each) => each.map((picture) => rowOf.get(picture) ?? 0)),
          seenAt,
        ),
        stack: new PictureStack(sight.stack, pictures),
        seen: SeenPictures.of(
          sight,
          // What the last token of each prompt sees is all that is kept.
          own.map((_, prompt) => seenAt(prompt, -1).map((number) => pictureAt(own, prompt, number))),
        ),
      };
    },
  };
}

export type SightTokens = {
  /** Id of the `<image>` token. */
  readonly image: number | null;
  /** Id of the token after which no earlier picture is seen; left out: they always are. */
  readonly endOfDocument?: number;
};

/** For each token of a text the pictures that it sees, by their number in the text, from 0. */
export function picturesSeen(tokens: readonly number[], special: SightTokens, sees: Sees): number[][] {
  return sightsOf(tokens, special, sees).now;
}

/** The pictures that tokens behind a text see, besides those of their own. */
export function stillSeen(tokens: readonly number[], special: SightTokens, sees: Sees): number[] {
  return sightsOf(tokens, special, sees).later;
}

function sightsOf(
  tokens: readonly number[],
  { image, endOfDocument }: SightTokens,
  sees: Sees,
): { now: number[][]; later: number[] } {
  let seen: number[] = [];
  let pictures = 0;
  let wasImage = false;
  const now = tokens.map((token) => {
    if (token === image) {
      const goesOn = sees === 'all-previous' || (sees === 'last-in-a-row' && wasImage);
      seen = goesOn ? [...seen, pictures] : [pictures];
      pictures += 1;
    }
    wasImage = token === image;
    const seenHere = seen;
    if (token === endOfDocument) seen = [];
    return seenHere;
  });
  return { now, later: seen };
}

/**
 * `media_rows` and `media_mask`.
 *
 * @param rows for each sequence its pictures' rows
 * @param seenAt which of its pictures a new token of a sequence sees, by the token's place among them
 */
function maskFeeds(
  layout: TextLayout,
  rows: readonly (readonly number[])[],
  seenAt: (row: number, place: number) => readonly number[],
): Feeds {
  const { batch, text, sequences } = layout;
  const columns = columnsOf(layout, rows);
  const most = columns.pictures.reduce((longest, each) => Math.max(longest, each.length), 1);
  const mediaRows = new BigInt64Array(batch * most);
  const mask = new Uint8Array(batch * text * most);
  for (const [row, pictures] of columns.pictures.entries())
    for (const [column, each] of pictures.entries()) mediaRows[row * most + column] = BigInt(each);
  for (const [sequence, { tokens, first }] of sequences.entries())
    for (const place of tokens.keys())
      for (const index of seenAt(sequence, place))
        mask[(first + place) * most + (columns.of[sequence]?.[index] ?? 0)] = 1;
  return {
    media_rows: new Tensor('int64', mediaRows, [batch, most]),
    media_mask: new Tensor('bool', mask, [batch, text, most]),
  };
}

/**
 * The pictures of each row of the batch, and for each sequence which of these its own are. A picture that several sequences have
 * which stand side by side is there once; one that a sequence has twice counts twice.
 */
function columnsOf(
  { batch, text, sequences }: Pick<TextLayout, 'batch' | 'text' | 'sequences'>,
  rows: readonly (readonly number[])[],
): { readonly pictures: readonly (readonly number[])[]; readonly of: readonly (readonly number[])[] } {
  const pictures = Array.from({ length: batch }, (): number[] => []);
  const of = sequences.map(({ first }, sequence) => {
    const all = pictures[Math.floor(first / text)] ?? [];
    const taken = new Set<number>();
    return (rows[sequence] ?? []).map((picture) => {
      const found = all.findIndex((each, column) => each === picture && !taken.has(column));
      const column = found < 0 ? all.push(picture) - 1 : found;
      taken.add(column);
      return column;
    });
  });
  return { pictures, of };
}
