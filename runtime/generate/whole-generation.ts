import { Tensor } from 'onnxruntime-common';
import type { LanguageSettings } from '../../artifact/manifest.ts';
import { type Feeds, type MediaWay, mediaFeeds, mediaInputs, type SeenMedia } from '../media/way.ts';
import { layoutDecode, layoutPrefill, type TextLayout, textFeeds } from '../prompt/layout.ts';
import type { GraphSession, Tensors } from '../session.ts';
import type { SpecialTokenIds } from '../tokenizer.ts';
import { newTextCache } from './cache/new-text-cache.ts';
import { storedNames } from './cache/stored-tokens.ts';
import type { PreparedPrompt } from './language-model.ts';
import { type GenerateSettings, samples, tokensOf } from './options.ts';
import { uniformNumbers } from './search/sampler.ts';

/** One row that is written: what it was asked, and how far it is. */
type Row = {
  readonly settings: GenerateSettings;
  /** The next of the numbers that its tokens are drawn by; undefined where the likeliest are taken. */
  readonly uniform: (() => number) | undefined;
  /** Tokens that have been read. */
  readonly read: number;
  /** The last token that was chosen, which has not been read. */
  readonly token: number;
};

/** Text that the graph has written, and can go on with: one row a prompt. */
export type WrittenText = {
  readonly rows: readonly Row[];
  /** Keys, values and states of recurrences, by `key.{i}`, `value.{i}` and `state.{name}`, of all rows. */
  readonly cache: ReadonlyMap<string, KeptValues>;
  /** For each row which places of the cache its next token looks at. */
  readonly masks: readonly Uint8Array[];
  readonly seen: SeenMedia;
};

type KeptValues = { readonly values: Float32Array; readonly dims: readonly number[] };

/** What the graph wrote for one row. */
export type Written = { readonly tokens: readonly number[]; readonly logProbabilities: readonly number[] };

export type Writing = {
  readonly written: readonly Written[];
  /** What can be gone on with; undefined where nothing is. */
  readonly text: WrittenText | undefined;
};

export type WriteOptions = {
  /** Tokens of each row, at least 1. */
  readonly most: readonly number[];
  /** Nothing is gone on with: the cache need not come out. */
  readonly isLast: boolean;
};

/** The graph `generate` with its inputs laid out: prompts in, tokens out, so many at a time. */
export class WholeGeneration {
  readonly #session: GraphSession;
  readonly #settings: LanguageSettings;
  readonly #way: MediaWay;
  readonly #special: SpecialTokenIds;

  constructor(session: GraphSession, settings: LanguageSettings, way: MediaWay, special: SpecialTokenIds) {
    this.#session = session;
    this.#settings = settings;
    this.#way = way;
    this.#special = special;
  }

  /** Reads prompts and writes the first tokens of their answers. */
  async begin(
    asked: readonly { readonly prompt: PreparedPrompt; readonly settings: GenerateSettings }[],
    options: WriteOptions,
  ): Promise<Writing> {
    const prompts = asked.map(({ prompt }) => prompt);
    const { layout, past } = await this.#layout(prompts);
    const shown = this.#way.prefill(
      layout,
      prompts.map(({ media }) => media),
    );
    const rows = asked.map(({ prompt, settings }): Row => {
      const uniform = samples(settings) ? uniformNumbers(settings.seed ?? 0) : undefined;
      return { settings, uniform, read: prompt.tokens.length, token: 0 };
    });
    return this.#run(rows, shown.seen, { ...textFeeds(layout), ...past, ...mediaFeeds(shown) }, options);
  }

  /** Writes on. */
  async continue({ rows, cache, masks, seen }: WrittenText, options: WriteOptions): Promise<Writing> {
    const past = masks[0]?.length ?? 0;
    const mask = new Uint8Array(rows.length * (past + 1)).fill(1);
    for (const [row, each] of masks.entries()) mask.set(each, row * (past + 1));
    const integers = (values: readonly number[], dims: readonly number[]) =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
    const one = [rows.length, 1];
    const caches = [...cache].map(([name, { values, dims }]) => [
      `past_${name}`,
      new Tensor('float32', values, dims),
    ]);
    const feeds: Tensors = {
      tokens: integers(
        rows.map(({ token }) => token),
        one,
      ),
      positions: integers(
        rows.map(({ read }) => read),
        one,
      ),
      attention_mask: new Tensor('bool', mask, [rows.length, 1, past + 1]),
      wanted: integers([...rows.keys()], [rows.length]),
      ...Object.fromEntries(caches),
      ...mediaFeeds(mediaInputs(seen, this.#oneToken(rows.length))),
    };
    return this.#run(
      rows.map((row) => ({ ...row, read: row.read + 1 })),
      seen,
      feeds,
      options,
    );
  }

  /** The rows of a text that go on. */
  select({ rows, cache, masks, seen }: WrittenText, chosen: readonly number[]): WrittenText {
    if (chosen.length === rows.length) return { rows, cache, masks, seen };
    const pick = <T>(values: readonly T[]) => chosen.flatMap((row) => values.slice(row, row + 1));
    const kept = [...cache].map(([name, { values, dims }]): [string, KeptValues] => {
      const size = values.length / rows.length;
      const target = new Float32Array(chosen.length * size);
      for (const [to, from] of chosen.entries())
        target.set(values.subarray(from * size, (from + 1) * size), to * size);
      return [name, { values: target, dims: dims.with(0, chosen.length) }];
    });
    return { rows: pick(rows), cache: new Map(kept), masks: pick(masks), seen: seen.select(chosen) };
  }

  /** Prompts, and what is kept of their beginnings. */
  async #layout(prompts: readonly PreparedPrompt[]): Promise<{ layout: TextLayout; past: Tensors }> {
    const lengths = prompts.map(({ tokens }) => tokens.length);
    // Within the graph the cache grows, whatever that of the language graph does.
    const { cacheLength: _, ...settings } = this.#settings;
    const size = { rows: prompts.length, mostLength: lengths };
    const cache = newTextCache(settings, { writesInPlace: false }, size);
    const isBegun = prompts.some(({ prefix }) => prefix !== undefined && prefix.length > 0);
    if (isBegun)
      cache.begin(
        prompts.map(({ prefix }) => prefix?.parts ?? []),
        0,
      );
    const past = await cache.feeds([]);
    if (!isBegun) {
      const texts = prompts.map(({ tokens }) => tokens);
      return { layout: layoutPrefill(texts, this.#special), past };
    }
    const pieces = prompts.map(({ tokens, prefix }, row) => ({
      tokens: tokens.slice(prefix?.length ?? 0),
      before: tokens.slice(0, prefix?.length ?? 0),
      past: cache.mask(row),
    }));
    return { layout: layoutDecode(pieces, this.#special), past };
  }

  #oneToken(rows: number): TextLayout {
    const { padding } = this.#special;
    const alone = Array.from({ length: rows }, () => ({ tokens: [padding], past: new Uint8Array(0) }));
    return layoutDecode(alone, this.#special);
  }

  async #run(
    rows: readonly Row[],
    seen: SeenMedia,
    feeds: Tensors,
    { most, isLast }: WriteOptions,
  ): Promise<Writing> {
    const next = mediaFeeds(mediaInputs(seen, this.#oneToken(rows.length)));
    const renamed = Object.entries(next).map(([name, tensor]) => [`next.${name}`, tensor]);
    const { states = {} } = this.#settings;
    const names = [...storedNames(this.#settings), ...Object.keys(states).map((name) => `state.${name}`)];
    const kept = isLast ? [] : ['present_mask', ...names.map((name) => `present_${name}`)];
    const outputs = await this.#session.run(
      { ...feeds, ...Object.fromEntries(renamed), ...this.#choosing(rows, most) },
      Object.fromEntries(['new_tokens', 'log_probabilities', 'lengths', ...kept].map((name) => [name, null])),
    );
    const count = outputs.new_tokens?.dims[1] ?? 0;
    const tokens = integersOf(outputs, 'new_tokens');
    const logProbabilities = numbersOf(outputs, 'log_probabilities');
    const lengths = integersOf(outputs, 'lengths');
    const written = rows.map((_, row) => {
      const end = row * count + (lengths[row] ?? 0);
      return {
        tokens: tokens.slice(row * count, end),
        logProbabilities: [...logProbabilities.subarray(row * count, end)],
      };
    });
    if (isLast) return { written, text: undefined };
    const mask = outputs.present_mask?.data;
    if (!(mask instanceof Uint8Array)) throw new Error('the graph of whole answers gave no present_mask');
    const places = mask.length / rows.length;
    const text: WrittenText = {
      rows: rows.map((row, index) => ({
        ...row,
        read: row.read + Math.max(0, (lengths[index] ?? 0) - 1),
        token: written[index]?.tokens.at(-1) ?? 0,
      })),
      cache: new Map(
        names.map((name) => {
          const present = `present_${name}`;
          return [name, { values: numbersOf(outputs, present), dims: outputs[present]?.dims ?? [] }];
        }),
      ),
      masks: rows.map((_, row) => mask.slice(row * places, (row + 1) * places)),
      seen,
    };
    return { written, text };
  }

  /** How the next tokens of each row are chosen. */
  #choosing(rows: readonly Row[], most: readonly number[]): Feeds {
    const { ends, never } = tokensOf(this.#special);
    const integers = (values: readonly number[]) =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
    const numbers = (values: readonly number[]) =>
      new Tensor('float32', Float32Array.from(values), [values.length]);
    const draws = rows.some(({ uniform }) => uniform !== undefined) ? Math.max(0, ...most) : 0;
    const random = rows.flatMap(({ uniform }) =>
      // Those of the tokens that are asked for, and no further ones.
      Array.from({ length: draws }, () => BigInt((uniform?.() ?? 0) * 2 ** 53)),
    );
    return {
      max_new_tokens: integers(most),
      temperature: numbers(
        rows.map(({ uniform, settings }) => (uniform === undefined ? 0 : (settings.temperature ?? 1))),
      ),
      top_k: integers(rows.map(({ settings }) => settings.topK ?? 0)),
      top_p: numbers(rows.map(({ settings }) => settings.topP ?? 1)),
      random: new Tensor('int64', BigInt64Array.from(random), [rows.length, draws]),
      stop_tokens: integers([...ends]),
      suppressed_tokens: integers(never),
      padding_token: integers([this.#special.padding]),
    };
  }
}

function integersOf(outputs: Tensors, name: string): readonly number[] {
  const data = outputs[name]?.data;
  if (data instanceof BigInt64Array) return Array.from(data, Number);
  throw new Error(`the graph of whole answers gave no ${name}`);
}

function numbersOf(outputs: Tensors, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new Error(`the graph of whole answers gave no ${name}`);
}
