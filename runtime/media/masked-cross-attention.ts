import { maskedCrossAttentionSchema } from '../../artifact/media/masked-cross-attention.ts';
import { Tensor } from '../onnx-runtime.ts';
import type { TextLayout } from '../prompt/layout.ts';
import { keyValueNames, stackPictures } from './stack-pictures.ts';
import { defineWay, type EncodedMedia, type Feeds, type SeenMedia } from './way.ts';

/**
 * Each token sees the pictures that a mask says, whose keys and values are computed once and kept. Text that follows a
 * prompt sees what the prompt's last token did; no other pictures are looked at then.
 */
export const maskedCrossAttention = defineWay(maskedCrossAttentionSchema, (facts, { special }) => {
  const names = keyValueNames(facts.layers);
  const shape = [facts.heads, facts.latents, facts.headDim];
  return {
    keeps: ['latents', ...names],
    features: 'latents',
    leastTokens: 1,
    tokensOf: () => 1,
    prefill(layout, media) {
      const sights = layout.sequences.map(({ tokens }) => picturesSeen(tokens, special, facts.sees));
      const firsts = runningSum(media.map(({ length }) => length));
      for (const [row, pictures] of media.entries()) {
        const marks = layout.sequences[row]?.tokens.filter((token) => token === special.image).length;
        if (marks !== pictures.length)
          throw new Error(`prompt ${row} has ${marks} image tokens and ${pictures.length} images`);
      }
      const rows = media.map((pictures, row) => pictures.map((_, index) => (firsts[row] ?? 0) + index));
      // What the last token of each prompt sees is all that is kept.
      const kept: EncodedMedia[] = [];
      const keptRows = sights.map((seen, prompt) =>
        (seen.at(-1) ?? []).flatMap((index) => {
          const picture = media[prompt]?.[index];
          return picture === undefined ? [] : [kept.push(picture) - 1];
        }),
      );
      return {
        feeds: {
          ...stackPictures(media.flat(), names, shape),
          ...maskFeeds(layout, rows, (row, place) => sights[row]?.[place] ?? []),
        },
        seen: seenMedia(stackPictures(kept, names, shape), keptRows),
      };
    },
  };
});

/** @param sequenceRows for each sequence the rows of `media` that it sees */
function seenMedia(media: Feeds, sequenceRows: readonly (readonly number[])[]): SeenMedia {
  return {
    feeds: (layout) => ({
      ...media,
      ...maskFeeds(layout, sequenceRows, (row) => [...(sequenceRows[row]?.keys() ?? [])]),
    }),
    select: (order) =>
      seenMedia(
        media,
        order.map((row) => sequenceRows[row] ?? []),
      ),
  };
}

export type SightTokens = {
  /** Id of the `<image>` token. */
  readonly image: number | null;
  /** Id of the token after which no earlier picture is seen; left out: they always are. */
  readonly endOfDocument?: number;
};

/** For each token of a text the pictures that it sees, by their number in the text, from 0. */
export function picturesSeen(
  tokens: readonly number[],
  { image, endOfDocument }: SightTokens,
  sees: 'last' | 'last-in-a-row' | 'all-previous',
): number[][] {
  let seen: number[] = [];
  let pictures = 0;
  let wasImage = false;
  return tokens.map((token) => {
    if (token === image) {
      const goesOn = sees === 'all-previous' || (sees === 'last-in-a-row' && wasImage);
      seen = goesOn ? [...seen, pictures] : [pictures];
      pictures += 1;
    }
    wasImage = token === image;
    const now = seen;
    if (token === endOfDocument) seen = [];
    return now;
  });
}

/**
 * `media_rows` and `media_mask`.
 *
 * @param rows for each sequence its pictures' rows
 * @param seenAt which of its pictures a real token of a sequence sees, by the token's place among the real ones
 */
function maskFeeds(
  { batch, text, sequences }: TextLayout,
  rows: readonly (readonly number[])[],
  seenAt: (row: number, place: number) => readonly number[],
): Feeds {
  const most = rows.reduce((longest, each) => Math.max(longest, each.length), 1);
  const mediaRows = new BigInt64Array(batch * most);
  const mask = new Uint8Array(batch * text * most);
  for (const [row, { tokens, first }] of sequences.entries()) {
    for (const [index, each] of (rows[row] ?? []).entries()) mediaRows[row * most + index] = BigInt(each);
    for (const place of tokens.keys())
      for (const index of seenAt(row, place)) mask[(first + place) * most + index] = 1;
  }
  return {
    media_rows: new Tensor('int64', mediaRows, [batch, most]),
    media_mask: new Tensor('bool', mask, [batch, text, most]),
  };
}

/** What is before each: `[2, 3, 1]` to `[0, 2, 5]`. */
function runningSum(counts: readonly number[]): number[] {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum - count;
  });
}
