import { Tensor } from 'onnxruntime-common';
import type { TextLayout } from '../prompt/layout.ts';
import type { Feeds } from './way.ts';

/** Tokens packed by the image that they look at, as index inputs of the language graph. */
export type Packing = {
  /** Images that text looks at; 1 (a dummy) where no text looks at any. */
  readonly rows: number;
  /** Tokens of the row that most tokens look at; at least 1. */
  readonly chunk: number;
  /** `media_rows` [rows, chunk]: flat indices into [batch, text] of the tokens that look at the row's image; unused 0. */
  readonly mediaRows: BigInt64Array;
  /** `media_slots` [batch, text]: flat index into [rows, chunk] of each token; 0 where it looks at no image. */
  readonly mediaSlots: BigInt64Array;
  /** `has_media` [batch, text]: 1 = the token looks at an image. */
  readonly hasMedia: Uint8Array;
};

export type PromptPacking = Packing & {
  /** The image of each row: a prompt's, by its number in it. None where the only row is a dummy. */
  readonly pictures: readonly { readonly prompt: number; readonly index: number }[];
  /** For each prompt the row that its last token looks at, as its answer will; null where that looks at no image. */
  readonly lastRows: readonly (number | null)[];
};

export type PackingTokens = {
  /** Id of the `<image>` token. */
  readonly image: number | null;
  /** Id of the token after which no image is looked at up to the next one; left out: the last one always is. */
  readonly endOfDocument?: number;
};

/**
 * Packs prompts, whole or a piece of each. Every image that their tokens look at becomes one row, in order of reading; its
 * chunk is the tokens that look at it: from its `<image>` token up to the next one (phi(l) of the Flamingo paper, section
 * 2.3: a token looks at the last image at or before it), or up to an end of document, which itself still looks at it
 * (Idefics' `image_attention_mask_for_packed_input_ids`). Tokens before the first image look at none.
 */
export function packPrompts(layout: TextLayout, { image, endOfDocument }: PackingTokens): PromptPacking {
  const lookedAt: number[][] = [];
  const pictures: { prompt: number; index: number }[] = [];
  const lastRows = layout.sequences.map(({ tokens, first, before = [] }, prompt) => {
    let images = 0;
    let index: number | null = null;
    let row: number | null = null;
    let lastRow: number | null = null;
    const read = (token: number, place: number | undefined): void => {
      if (token === image) {
        index = images++;
        row = null;
      }
      if (place !== undefined) {
        if (index !== null) {
          if (row === null) {
            row = pictures.push({ prompt, index }) - 1;
            lookedAt.push([]);
          }
          lookedAt[row]?.push(place);
        }
        lastRow = row;
      }
      if (token === endOfDocument) {
        index = null;
        row = null;
      }
    };
    for (const token of before) read(token, undefined);
    for (const [place, token] of tokens.entries()) read(token, first + place);
    return lastRow;
  });
  return { ...pack(layout, lookedAt), pictures, lastRows };
}

/**
 * Packs continuations, whose tokens all look at what the last token of their prompt does: while text is written phi is
 * constant, so no other image's keys are needed. A new `<image>` token has no meaning here (its image would have no keys):
 * keep generation from choosing it.
 *
 * @param sequenceRows for each sequence the row of its image, or null for none; sequences may share a row
 * @param rows of `media_key.{i}` and `media_value.{i}`; rows that no sequence looks at are allowed
 */
export function packContinuations(
  layout: TextLayout,
  sequenceRows: readonly (number | null)[],
  rows: number,
): Packing {
  const lookedAt = Array.from({ length: rows }, (): number[] => []);
  for (const [index, { tokens, first }] of layout.sequences.entries()) {
    const row = sequenceRows[index] ?? null;
    if (row === null) continue;
    const places = lookedAt[row];
    if (places === undefined)
      throw new RangeError(`sequence ${index} looks at image row ${row} but there are ${rows} rows`);
    for (const place of tokens.keys()) places.push(first + place);
  }
  return pack(layout, lookedAt);
}

/** A packing as the language graph takes it. */
export function packingFeeds({ batch, text }: TextLayout, packing: Packing): Feeds {
  const { rows, chunk } = packing;
  return {
    media_rows: new Tensor('int64', packing.mediaRows, [rows, chunk]),
    media_slots: new Tensor('int64', packing.mediaSlots, [batch, text]),
    has_media: new Tensor('bool', packing.hasMedia, [batch, text]),
  };
}

/** @param lookedAt for each row the flat indices of the tokens that look at it */
function pack({ batch, text }: TextLayout, lookedAt: readonly (readonly number[])[]): Packing {
  const rows = Math.max(1, lookedAt.length);
  const chunk = lookedAt.reduce((longest, row) => Math.max(longest, row.length), 1);
  const mediaRows = new BigInt64Array(rows * chunk);
  const mediaSlots = new BigInt64Array(batch * text);
  const hasMedia = new Uint8Array(batch * text);
  for (const [row, indices] of lookedAt.entries()) {
    for (const [place, index] of indices.entries()) {
      const slot = row * chunk + place;
      mediaRows[slot] = BigInt(index);
      mediaSlots[index] = BigInt(slot);
      hasMedia[index] = 1;
    }
  }
  return { rows, chunk, mediaRows, mediaSlots, hasMedia };
}
