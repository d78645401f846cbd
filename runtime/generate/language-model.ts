import { Tensor } from 'onnxruntime-node';
import type { Manifest } from '../../compiler/artifact/manifest.ts';
import { layoutDecode, layoutPrefill, type TextLayout } from '../prompt/layout.ts';
import type { OnnxSession } from '../session.ts';
import type { SpecialTokenIds } from '../tokenizer.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { logSoftmax } from './log-softmax.ts';
import { type EncodedMedia, mediaFeeds } from './media-feeds.ts';

/** A prompt as the language graph takes it. */
export type PreparedPrompt = {
  readonly tokens: readonly number[];
  /** One for each `<image>` token, in order. */
  readonly media: readonly EncodedMedia[];
};

/** Text that has been read and can be continued: one row per sequence. */
export type ReadText = {
  readonly cache: KeyValueCache;
  /** For each row which places of the cache are real tokens. */
  masks: Uint8Array[];
  /** For each row the image that its next tokens look at: a row of `media`, or null. */
  mediaRows: (number | null)[];
  /** The last image of each prompt. */
  readonly media: Record<string, Tensor>;
  readonly images: number;
};

/** The language graph with its inputs laid out: prompts and continuations in, log-probabilities out. */
export class LanguageModel {
  readonly #session: OnnxSession;
  readonly #manifest: Manifest;
  readonly special: SpecialTokenIds;

  constructor(session: OnnxSession, manifest: Manifest, special: SpecialTokenIds) {
    this.#session = session;
    this.#manifest = manifest;
    this.special = special;
  }

  /**
   * Reads whole prompts, of any lengths and numbers of images.
   *
   * @param room Rows and new tokens per row to keep memory for.
   * @returns Log-probabilities of the token after each prompt, and the text to continue.
   */
  async prefill(
    prompts: readonly PreparedPrompt[],
    room: { rows: number; newTokens: number },
  ): Promise<{ next: Float64Array[]; text: ReadText }> {
    const { image, padding } = this.special;
    const layout = layoutPrefill(
      prompts.map(({ tokens }) => tokens),
      { image, padding },
    );
    const cache = new KeyValueCache(this.#manifest.language, {
      rows: layout.batch,
      mostRows: Math.max(layout.batch, room.rows),
      mostLength: layout.text + room.newTokens,
    });
    const media = prompts.flatMap((prompt) => prompt.media);
    const next = await this.#run(layout, cache, mediaFeeds(media, this.#manifest.crossAttention));
    const lastImages = prompts.map((prompt) => prompt.media.at(-1));
    const kept = lastImages.filter((each) => each !== undefined);
    let row = 0;
    const text: ReadText = {
      cache,
      masks: masksOf(layout),
      mediaRows: lastImages.map((each) => (each === undefined ? null : row++)),
      media: mediaFeeds(kept, this.#manifest.crossAttention),
      images: kept.length,
    };
    return { next, text };
  }

  /**
   * Continues each row with new tokens.
   *
   * @param tokens For each row its new tokens; rows may differ in how many.
   * @param wanted For each row the places of its new tokens whose successors are asked for; default: the last.
   * @returns Log-probabilities of the successors, row after row.
   */
  async continue(
    text: ReadText,
    tokens: readonly (readonly number[])[],
    wanted?: readonly (readonly number[])[],
  ): Promise<Float64Array[]> {
    const sequences = tokens.map((each, row) => ({
      tokens: each,
      past: text.masks[row] ?? new Uint8Array(0),
      row: text.mediaRows[row] ?? null,
    }));
    const layout = layoutDecode(sequences, {
      rows: Math.max(1, text.images),
      padding: this.special.padding,
      ...(wanted && { wanted }),
    });
    const next = await this.#run(layout, text.cache, text.media);
    text.masks = masksOf(layout);
    return next;
  }

  async #run(
    layout: TextLayout,
    cache: KeyValueCache,
    media: Record<string, Tensor>,
  ): Promise<Float64Array[]> {
    const { batch, text, past, rows, chunk } = layout;
    const outputs = await this.#session.run(
      {
        tokens: new Tensor('int64', layout.tokens, [batch, text]),
        positions: new Tensor('int64', layout.positions, [batch, text]),
        attention_mask: new Tensor('bool', layout.attentionMask, [batch, past + text]),
        media_rows: new Tensor('int64', layout.mediaRows, [rows, chunk]),
        media_slots: new Tensor('int64', layout.mediaSlots, [batch, text]),
        has_media: new Tensor('bool', layout.hasMedia, [batch, text]),
        wanted: new Tensor('int64', layout.wanted, [layout.wanted.length]),
        ...media,
        ...cache.feeds(),
      },
      cache.fetches(text),
    );
    cache.commit(text);
    const { vocabulary } = this.#manifest.language;
    const logits = outputs.logits;
    if (!(logits?.data instanceof Float32Array)) throw new Error('the language graph gave no float32 logits');
    const { data } = logits;
    const next = Array.from(layout.wanted, (_, row) =>
      logSoftmax(data.subarray(row * vocabulary, (row + 1) * vocabulary)),
    );
    logits.dispose();
    return next;
  }
}

/** Row i becomes what row `rows[i]` was. */
export function selectRows(text: ReadText, rows: readonly number[]): void {
  text.cache.select(rows);
  text.masks = rows.map((row) => text.masks[row] ?? new Uint8Array(0));
  text.mediaRows = rows.map((row) => text.mediaRows[row] ?? null);
}

/** The rows `rows` of a text as a text of its own, with room for `newTokens` more each; the original stays as it is. */
export function forkRows(text: ReadText, rows: readonly number[], newTokens: number): ReadText {
  return {
    ...text,
    cache: text.cache.fork(rows, text.cache.length + newTokens),
    masks: rows.map((row) => text.masks[row] ?? new Uint8Array(0)),
    mediaRows: rows.map((row) => text.mediaRows[row] ?? null),
  };
}

function masksOf({ attentionMask, batch, past, text }: TextLayout): Uint8Array[] {
  const width = past + text;
  return Array.from({ length: batch }, (_, row) => attentionMask.slice(row * width, (row + 1) * width));
}
