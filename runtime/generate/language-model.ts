import type { Manifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { Tensor } from '../onnx-runtime.ts';
import { layoutBranches, layoutDecode, layoutPrefill, type TextLayout } from '../prompt/layout.ts';
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
  /** For each row the image that its next tokens look at: a row of `media`, or null. */
  mediaRows: (number | null)[];
  /** The image that each prompt's last token looks at. */
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
   * @param newTokens How many tokens each may be continued with.
   * @returns Log-probabilities of the token after each prompt, and the text to continue.
   */
  async prefill(
    prompts: readonly PreparedPrompt[],
    newTokens: number,
  ): Promise<{ next: Float64Array[]; text: ReadText }> {
    const layout = layoutPrefill(
      prompts.map(({ tokens }) => tokens),
      this.special,
    );
    const cache = new KeyValueCache(this.#manifest.language, {
      rows: layout.batch,
      mostLength: layout.text + newTokens,
    });
    const media = prompts.flatMap((prompt) => prompt.media);
    const next = await this.#read(layout, cache, mediaFeeds(media, this.#manifest.crossAttention));
    const lastImages = layout.lastRows.map((row) => (row === null ? undefined : media[row]));
    const kept = lastImages.filter((each) => each !== undefined);
    let row = 0;
    const text: ReadText = {
      cache,
      mediaRows: lastImages.map((each) => (each === undefined ? null : row++)),
      media: mediaFeeds(kept, this.#manifest.crossAttention),
      images: kept.length,
    };
    return { next, text };
  }

  /**
   * Reads one prompt and keeps nothing.
   *
   * @returns For each of its tokens the log-probabilities of what follows it.
   */
  async predictions({ tokens, media }: PreparedPrompt): Promise<Float64Array[]> {
    const layout = layoutPrefill([tokens], { ...this.special, wanted: [[...tokens.keys()]] });
    const cache = new KeyValueCache(this.#manifest.language, { rows: 1, mostLength: layout.text });
    const feeds = mediaFeeds(media, this.#manifest.crossAttention);
    try {
      const { next, outputs } = await this.#run(layout, cache, feeds);
      for (const output of Object.values(outputs)) output.dispose();
      return next;
    } finally {
      cache.release();
    }
  }

  /**
   * Continues each row with new tokens.
   *
   * @param tokens For each row its new tokens; rows may differ in how many.
   * @returns Log-probabilities of what follows the last new token of each row.
   */
  async continue(text: ReadText, tokens: readonly (readonly number[])[]): Promise<Float64Array[]> {
    const sequences = tokens.map((each, row) => ({
      tokens: each,
      past: text.cache.mask(row),
      row: text.mediaRows[row] ?? null,
    }));
    const layout = layoutDecode(sequences, {
      rows: Math.max(1, text.images),
      padding: this.special.padding,
    });
    return this.#read(layout, text.cache, text.media);
  }

  /**
   * Reads alternative continuations of a text of one row, which itself stays as it is.
   *
   * @param branches Tokens of each, none of them empty.
   * @returns For each branch and each of its tokens the log-probabilities of what follows the token.
   */
  async branch(text: ReadText, branches: readonly (readonly number[])[]): Promise<Float64Array[][]> {
    const layout = layoutBranches(branches, {
      past: text.cache.mask(0),
      row: text.mediaRows[0] ?? null,
      rows: Math.max(1, text.images),
      padding: this.special.padding,
    });
    const { next } = await this.#run(layout, text.cache, text.media);
    const rest = next.values();
    return branches.map((branch) => branch.flatMap(() => rest.next().value ?? []));
  }

  /** Runs the graph and takes the new tokens into the cache. */
  async #read(
    layout: TextLayout,
    cache: KeyValueCache,
    media: Record<string, Tensor>,
  ): Promise<Float64Array[]> {
    const { next, outputs } = await this.#run(layout, cache, media);
    cache.append(outputs, layout.real);
    return next;
  }

  async #run(
    layout: TextLayout,
    cache: KeyValueCache,
    media: Record<string, Tensor>,
  ): Promise<{ next: Float64Array[]; outputs: Record<string, Tensor> }> {
    const { batch, text, past, rows, chunk } = layout;
    const outputs = await this.#session.run({
      tokens: new Tensor('int64', layout.tokens, [batch, text]),
      positions: new Tensor('int64', layout.positions, [batch, text]),
      attention_mask: new Tensor('bool', layout.attentionMask, [batch, text, past + text]),
      media_rows: new Tensor('int64', layout.mediaRows, [rows, chunk]),
      media_slots: new Tensor('int64', layout.mediaSlots, [batch, text]),
      has_media: new Tensor('bool', layout.hasMedia, [batch, text]),
      wanted: new Tensor('int64', layout.wanted, [layout.wanted.length]),
      ...media,
      ...cache.feeds(),
    });
    const { vocabulary } = this.#manifest.language;
    const { logits } = outputs;
    if (!(logits?.data instanceof Float32Array)) throw new Error('the language graph gave no float32 logits');
    const { data } = logits;
    const next = Array.from(layout.wanted, (_, row) =>
      logSoftmax(data.subarray(row * vocabulary, (row + 1) * vocabulary)),
    );
    logits.dispose();
    // One NaN or infinity among the logits makes NaN of all that the softmax gives.
    if (next.some(([first]) => Number.isNaN(first))) {
      throw new UserError(
        'The model gave scores that are not numbers: its weights are damaged or too large for its precision, so compile it again from other weights.',
      );
    }
    return { next, outputs };
  }
}

/** Row i becomes what row `rows[i]` was. */
export function selectRows(text: ReadText, rows: readonly number[]): void {
  text.cache.select(rows);
  text.mediaRows = rows.map((row) => text.mediaRows[row] ?? null);
}
