import type { Tensor } from 'onnxruntime-common';
import type { LanguageSettings } from '../../artifact/manifest.ts';
import type { Feeds } from '../media/way.ts';
import { type Continuation, layoutDecode, type TextLayout, textFeeds } from '../prompt/layout.ts';
import type { GraphSession } from '../session.ts';
import type { SpecialTokenIds } from '../tokenizer.ts';
import { type CacheMeans, newTextCache } from './cache/new-text-cache.ts';
import type { TextCache } from './cache/text-cache.ts';
import { TokenDistribution } from './token-distribution.ts';

/** The language graph: tokens that are laid out, a cache and media in, what may follow the tokens out. */
export class LanguageGraph {
  readonly settings: LanguageSettings;
  readonly #session: GraphSession;
  readonly #means: CacheMeans;

  constructor(session: GraphSession, settings: LanguageSettings, means: CacheMeans) {
    this.settings = settings;
    this.#session = session;
    this.#means = means;
  }

  /** Places of the cache before anything has been read. */
  get emptyPast(): number {
    return this.settings.cacheLength ?? 0;
  }

  /** @param size of each row the tokens that it may come to have, or of all of them */
  newCache(size: { readonly rows: number; readonly mostLength: number | readonly number[] }): TextCache {
    return newTextCache(this.settings, this.#means, size);
  }

  /** Runs the graph and takes the new tokens into the cache. */
  async read(layout: TextLayout, cache: TextCache, media: Feeds): Promise<TokenDistribution[]> {
    const { next, outputs } = await this.#run(layout, cache, media, true);
    cache.append(outputs, layout.real);
    return next;
  }

  /**
   * Reads new tokens of each row of a cache, laid out as its rows are, and takes them into it.
   *
   * @param show the inputs of media for tokens that are laid out
   */
  async goOn(
    cache: TextCache,
    sequences: readonly Omit<Continuation, 'past'>[],
    { padding }: Pick<SpecialTokenIds, 'padding'>,
    show: (layout: TextLayout) => Promise<Feeds>,
  ): Promise<TokenDistribution[]> {
    const { sideBySide = false } = cache;
    const layout = layoutDecode(
      sequences.map((each, row) => ({ ...each, past: cache.mask(row) })),
      { padding, sideBySide },
    );
    const { next, outputs } = await this.#run(layout, cache, await show(layout), true);
    if (sideBySide && cache.rows > 1 && !next.every(({ isOfNumbers }) => isOfNumbers)) {
      // What is no number in one row makes none of what is beside it, whatever its weight there.
      await cache.separate?.();
      return this.goOn(cache, sequences, { padding }, show);
    }
    cache.append(outputs, layout.real);
    return next;
  }

  /** Runs the graph, and leaves the cache as it is. */
  async score(layout: TextLayout, cache: TextCache, media: Feeds): Promise<TokenDistribution[]> {
    const { next } = await this.#run(layout, cache, media, false);
    return next;
  }

  /** @param kept whether the cache takes in what comes out */
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
      // The cache's outputs after its inputs, with which their memory may have moved.
      { logits: null, ...(kept && cache.outputs) },
    );
    const { vocabulary } = this.settings;
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
