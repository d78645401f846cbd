import type { LanguageSettings } from '../../artifact/manifest.ts';
import { type EncodedMedia, type MediaWay, mediaFeeds, mediaInputs } from '../media/way.ts';
import { layoutDecode, layoutPrefill } from '../prompt/layout.ts';
import type { GraphSession } from '../session.ts';
import type { SpecialTokenIds } from '../tokenizer.ts';
import type { DeviceGraphs } from './cache/device-graphs.ts';
import { type DeviceBytes, DevicePictures } from './cache/device-pictures.ts';
import type { Prefix, SeenLater } from './cache/prefix-cache.ts';
import type { PromptKey } from './cache/prompt-keys.ts';
import type { SpareMemory } from './cache/spare-memory.ts';
import type { TextCache } from './cache/text-cache.ts';
import { readsInPieces } from './in-pieces.ts';
import { LanguageGraph } from './language-graph.ts';
import { ReadText } from './read-text.ts';
import { scoreBranches } from './score-branches.ts';
import { requireNumbers, type TokenDistribution } from './token-distribution.ts';

/** A prompt as the language graph takes it. */
export type PreparedPrompt = {
  /** A picture that takes several tokens has its `<image>` token so often. */
  readonly tokens: readonly number[];
  /** The pictures, in the order of their `<image>` tokens; of those that only `prefix` saw the shapes may do. */
  readonly media: readonly EncodedMedia[];
  /** What each token is to those that compare prompts; left out: nothing of the prompt is kept for others. */
  readonly keys?: readonly PromptKey[];
  /** What need not be read of it. */
  readonly prefix?: Prefix;
};

/**
 * The language graph with its inputs laid out: prompts and continuations in, what may follow them out, which may not be of
 * numbers: see `requireNumbers`.
 */
export class LanguageModel {
  readonly #graph: LanguageGraph;
  readonly #way: MediaWay;
  readonly #device: DeviceGraphs | undefined;
  readonly #onDevice: DeviceBytes = { bytes: 0 };
  readonly special: SpecialTokenIds;

  /** @param device Changes what stays on the device; default: all is in memory of the process. */
  constructor(
    session: GraphSession,
    settings: LanguageSettings,
    way: MediaWay,
    special: SpecialTokenIds,
    device?: DeviceGraphs,
  ) {
    const { writesInPlace } = session;
    const sideBySide = way.sideBySide === true && settings.sideBySide === true;
    this.#graph = new LanguageGraph(session, settings, { writesInPlace, device: device?.cache, sideBySide });
    this.#device = device;
    this.#way = way;
    this.special = special;
  }

  /** Bytes of pictures that texts which are being read or written keep on the device. */
  get picturesOnDevice(): number {
    return this.#onDevice.bytes;
  }

  /** Whether a prompt can be read in pieces. */
  get inPieces(): boolean {
    return readsInPieces(this.#way, this.#graph.settings);
  }

  /** {@link prefillDistributions}, as the log-probabilities `[vocabulary]` of the token after each prompt. */
  async prefill(
    prompts: readonly PreparedPrompt[],
    newTokens: number | readonly number[],
  ): Promise<{ next: Float64Array[]; text: ReadText }> {
    const { next, text } = await this.prefillDistributions(prompts, newTokens);
    try {
      requireNumbers(next);
    } catch (error) {
      text.release();
      throw error;
    }
    return { next: next.map((each) => each.logProbabilities()), text };
  }

  /**
   * Reads whole prompts, of any lengths and numbers of images.
   *
   * @param newTokens How many tokens each may be continued with, or all of them.
   * @returns What may follow each prompt, and the text to continue.
   */
  async prefillDistributions(
    prompts: readonly PreparedPrompt[],
    newTokens: number | readonly number[],
  ): Promise<{ next: TokenDistribution[]; text: ReadText }> {
    const layout = layoutPrefill(
      prompts.map(({ tokens }) => tokens),
      { ...this.special, past: this.#graph.emptyPast },
    );
    const cache = this.#graph.newCache({
      rows: layout.batch,
      mostLength: prompts.map(
        ({ tokens }, row) =>
          tokens.length + (typeof newTokens === 'number' ? newTokens : (newTokens[row] ?? 0)),
      ),
    });
    const text = this.#textOf(cache);
    try {
      const shown = this.#way.prefill(
        layout,
        prompts.map(({ media }) => media),
      );
      const next = await this.#graph.read(layout, cache, await text.feeds(shown));
      text.see(shown.seen);
      return { next, text };
    } catch (error) {
      text.release();
      throw error;
    }
  }

  /**
   * Texts of which nothing has been read but what is kept of their beginnings: one row each.
   *
   * @param rows of each the tokens that it may come to have, and those of its prompt
   * @param spare memory that may hold what is kept of them where it is needed
   */
  beginText(
    rows: readonly { readonly prefix?: Prefix | undefined; readonly prompt: number; readonly most: number }[],
    spare?: SpareMemory,
  ): ReadText {
    const cache = this.#graph.newCache({
      rows: rows.length,
      mostLength: rows.map(({ most }) => most),
    });
    if (rows.some(({ prefix }) => prefix !== undefined && prefix.length > 0)) {
      const longest = rows.reduce((longest, { prompt }) => Math.max(longest, prompt), 0);
      cache.begin(
        rows.map(({ prefix }) => prefix?.parts ?? []),
        longest,
        spare,
      );
    }
    return this.#textOf(cache);
  }

  /**
   * Reads the next piece of each prompt, where `inPieces` is true.
   *
   * @param text What has been read of them, one row each; what the pieces give is added.
   * @param ends Each piece goes up to this place of its prompt, without it; at least one behind what has been read.
   * @returns What may follow each piece.
   */
  async readPieces(
    text: ReadText,
    prompts: readonly PreparedPrompt[],
    ends: readonly number[],
  ): Promise<TokenDistribution[]> {
    const { lengths } = text.cache;
    const pieces = prompts.map(({ tokens }, row) => {
      const read = lengths[row] ?? 0;
      return { tokens: tokens.slice(read, ends[row]), before: tokens.slice(0, read) };
    });
    return this.#graph.goOn(text.cache, pieces, this.special, async (layout) => {
      const shown = this.#way.prefill(
        layout,
        prompts.map(({ media }) => media),
      );
      text.see(shown.seen);
      return text.feeds(shown);
    });
  }

  /** Whether text can go on behind a prompt with these pictures, of which those that it may look at are there. */
  goesOn({ tokens, media }: PreparedPrompt): boolean {
    const next = [this.special.padding];
    const layout = layoutDecode(
      [{ tokens: next, past: new Uint8Array(tokens.length).fill(1), before: tokens }],
      this.special,
    );
    try {
      mediaFeeds(mediaInputs(this.#way.prefill(layout, [media]).seen, layout));
      return true;
    } catch {
      return false;
    }
  }

  /** Those of a prompt's pictures that text behind it may look at. */
  seenAfter({ tokens, media }: PreparedPrompt): SeenLater {
    const numbers = this.#way.seenAfter?.(tokens) ?? [...media.keys()];
    return new Map(
      numbers.flatMap((number) => {
        const picture = media[number];
        return picture === undefined ? [] : [[number, picture]];
      }),
    );
  }

  /**
   * Reads one prompt and keeps nothing.
   *
   * @returns For each of its tokens the log-probabilities of what follows it.
   */
  async predictions({ tokens, media }: PreparedPrompt): Promise<Float64Array[]> {
    const layout = layoutPrefill([tokens], {
      ...this.special,
      past: this.#graph.emptyPast,
      wanted: [[...tokens.keys()]],
    });
    const cache = this.#graph.newCache({ rows: 1, mostLength: layout.text });
    try {
      const feeds = mediaFeeds(this.#way.prefill(layout, [media]));
      const next = await this.#graph.score(layout, cache, feeds);
      requireNumbers(next);
      return next.map((each) => each.logProbabilities());
    } finally {
      cache.release();
    }
  }

  /** {@link continueDistributions}, as the log-probabilities `[vocabulary]` of the token after each row. */
  async continue(text: ReadText, tokens: readonly (readonly number[])[]): Promise<Float64Array[]> {
    const next = await this.continueDistributions(text, tokens);
    requireNumbers(next);
    return next.map((each) => each.logProbabilities());
  }

  /**
   * Continues each row with new tokens.
   *
   * @param tokens For each row its new tokens; rows may differ in how many.
   * @returns What may follow the last new token of each row.
   */
  async continueDistributions(
    text: ReadText,
    tokens: readonly (readonly number[])[],
  ): Promise<TokenDistribution[]> {
    const sequences = tokens.map((each) => ({ tokens: each }));
    return this.#graph.goOn(text.cache, sequences, this.special, (layout) => text.nextFeeds(layout));
  }

  /**
   * Reads alternative continuations of each row of a text, which itself stays as it is.
   *
   * @param rows Of each row the tokens of its branches, of which none is empty; a row may have none.
   * @returns For each row, branch and token what may follow the token.
   */
  async branch(
    text: ReadText,
    rows: readonly (readonly (readonly number[])[])[],
  ): Promise<TokenDistribution[][][]> {
    return scoreBranches(this.#graph, this.special, text, rows);
  }

  #textOf(cache: TextCache): ReadText {
    const media = this.#device?.media;
    return new ReadText(cache, media && new DevicePictures(media, this.#onDevice));
  }
}
