import type { Tensor } from 'onnxruntime-common';
import type { LanguageSettings } from '../../artifact/manifest.ts';
import { type EncodedMedia, type Feeds, type MediaWay, mediaFeeds, mediaInputs } from '../media/way.ts';
import { layoutBranches, layoutDecode, layoutPrefill, type TextLayout, textFeeds } from '../prompt/layout.ts';
import type { GraphSession } from '../session.ts';
import type { SpecialTokenIds } from '../tokenizer.ts';
import type { DeviceGraphs } from './cache/device-graphs.ts';
import { type DeviceBytes, DevicePictures } from './cache/device-pictures.ts';
import { type CacheMeans, newTextCache } from './cache/new-text-cache.ts';
import type { Prefix, SeenLater } from './cache/prefix-cache.ts';
import type { PromptKey } from './cache/prompt-keys.ts';
import type { SpareMemory } from './cache/spare-memory.ts';
import type { TextCache } from './cache/text-cache.ts';
import { readsInPieces } from './in-pieces.ts';
import { ReadText } from './read-text.ts';
import { requireNumbers, TokenDistribution } from './token-distribution.ts';

/** Continuations that are read side by side where each has a row of its own. */
const BRANCHES_AT_ONCE = 8;

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
  readonly #session: GraphSession;
  readonly #means: CacheMeans;
  readonly #settings: LanguageSettings;
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
    this.#session = session;
    this.#means = { writesInPlace: session.writesInPlace, device: device?.cache };
    this.#device = device;
    this.#settings = settings;
    this.#way = way;
    this.special = special;
  }

  /** Places of the cache before anything has been read. */
  get #emptyPast(): number {
    return this.#settings.cacheLength ?? 0;
  }

  /** Bytes of pictures that texts which are being read or written keep on the device. */
  get picturesOnDevice(): number {
    return this.#onDevice.bytes;
  }

  /** Whether a prompt can be read in pieces. */
  get inPieces(): boolean {
    return readsInPieces(this.#way, this.#settings);
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
      { ...this.special, past: this.#emptyPast },
    );
    const cache = newTextCache(this.#settings, this.#means, {
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
      const next = await this.#read(layout, cache, await text.feeds(shown));
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
    const cache = newTextCache(this.#settings, this.#means, {
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
      return {
        tokens: tokens.slice(read, ends[row]),
        past: text.cache.mask(row),
        before: tokens.slice(0, read),
      };
    });
    const layout = layoutDecode(pieces, this.special);
    const shown = this.#way.prefill(
      layout,
      prompts.map(({ media }) => media),
    );
    const next = await this.#read(layout, text.cache, await text.feeds(shown));
    text.see(shown.seen);
    return next;
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
      ...{ ...this.special, past: this.#emptyPast },
      wanted: [[...tokens.keys()]],
    });
    const cache = newTextCache(this.#settings, this.#means, { rows: 1, mostLength: layout.text });
    try {
      const feeds = mediaFeeds(this.#way.prefill(layout, [media]));
      const { next } = await this.#run(layout, cache, feeds, false);
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
    const sequences = tokens.map((each, row) => ({ tokens: each, past: text.cache.mask(row) }));
    const layout = layoutDecode(sequences, this.special);
    return this.#read(layout, text.cache, await text.nextFeeds(layout));
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
    if (this.#settings.states !== undefined) {
      const found: TokenDistribution[][][] = [];
      for (const [row, branches] of rows.entries()) found.push(await this.#branchApart(text, row, branches));
      return found;
    }
    const { padding } = this.special;
    // A row that has nothing to read reads one token for nobody.
    const sequences = rows.map((branches, row) => ({
      branches: branches.length === 0 ? [[padding]] : branches,
      past: text.cache.mask(row),
    }));
    const layout = layoutBranches(sequences, { padding });
    const { next } = await this.#run(layout, text.cache, await text.nextFeeds(layout), false);
    requireNumbers(next);
    const rest = next.values();
    const read = sequences.map(({ branches }) =>
      branches.map((branch) => branch.flatMap(() => rest.next().value ?? [])),
    );
    return rows.map((branches, row) => (branches.length === 0 ? [] : (read[row] ?? [])));
  }

  /** The same of a model with recurrences, whose state would go from one branch to the next: each has a row of its own. */
  async #branchApart(
    text: ReadText,
    row: number,
    branches: readonly (readonly number[])[],
  ): Promise<TokenDistribution[][]> {
    const found: TokenDistribution[][] = [];
    const { lengths } = text.cache;
    for (let first = 0; first < branches.length; first += BRANCHES_AT_ONCE) {
      const some = branches.slice(first, first + BRANCHES_AT_ONCE);
      const rows = some.map(() => row);
      const cache = newTextCache(this.#settings, this.#means, {
        rows: 0,
        mostLength: Math.max(...lengths),
      });
      try {
        await cache.join(text.cache);
        await cache.select(rows);
        const layout = layoutDecode(
          some.map((tokens) => ({ tokens, past: cache.mask(0) })),
          { ...this.special, wanted: some.map((tokens) => [...tokens.keys()]) },
        );
        const { next } = await this.#run(layout, cache, await text.nextFeeds(layout, rows), false);
        requireNumbers(next);
        const rest = next.values();
        found.push(...some.map((branch) => branch.flatMap(() => rest.next().value ?? [])));
      } finally {
        cache.release();
      }
    }
    return found;
  }

  #textOf(cache: TextCache): ReadText {
    const media = this.#device?.media;
    return new ReadText(cache, media && new DevicePictures(media, this.#onDevice));
  }

  /** Runs the graph and takes the new tokens into the cache. */
  async #read(layout: TextLayout, cache: TextCache, media: Feeds): Promise<TokenDistribution[]> {
    const { next, outputs } = await this.#run(layout, cache, media, true);
    cache.append(outputs, layout.real);
    return next;
  }

  /** @param kept whether the new tokens go into the cache */
  async #run(
    layout: TextLayout,
    cache: TextCache,
    media: Feeds,
    kept: boolean,
  ): Promise<{ next: TokenDistribution[]; outputs: Record<string, Tensor> }> {
    const past = await cache.feeds(layout.real);
    const outputs = await this.#session.run(
      // The cache's inputs first: they are many, and what is spread first is copied as a whole.
      { ...past, ...media, ...textFeeds(layout) },
      { logits: null, ...(kept && cache.outputs) },
    );
    const { vocabulary } = this.#settings;
    const { logits } = outputs;
    if (!(logits?.data instanceof Float32Array)) throw new Error('the language graph gave no float32 logits');
    const { data } = logits;
    const next = Array.from(
      layout.wanted,
      (_, row) => new TokenDistribution(data.subarray(row * vocabulary, (row + 1) * vocabulary)),
    );
    logits.dispose();
    return { next, outputs };
  }
}
