import type { EncodedMedia } from '../../media/way.ts';
import { sharedLength } from '../../prompt/shared-length.ts';
import type { MemoryPlan } from './memory-plan.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { PromptKey } from './prompt-keys.ts';
import { SpareMemory } from './spare-memory.ts';
import { type CacheShape, type StoredPart, type StoredTokens, sliceStored } from './stored-tokens.ts';
import type { TextCache } from './text-cache.ts';

/** Prompts that are remembered by their tokens, to know what several begin with. */
const REMEMBERED = 64;

/** Tokens of them together, but for the last one. */
const REMEMBERED_TOKENS = 2 ** 20;

/** Fewer tokens are read again as fast as they are copied. */
const WORTH_KEEPING = 16;

/** The pictures of a prompt's beginning that later text may look at, by their number in it. */
export type SeenLater = ReadonlyMap<number, EncodedMedia>;

/** What is kept of a prompt's first tokens, which need not be read again. */
export type Prefix = {
  readonly length: number;
  readonly parts: readonly StoredPart[];
  /** Left out where it was not kept for them. */
  readonly pictures: SeenLater | undefined;
};

const NOTHING: Prefix = { length: 0, parts: [], pictures: undefined };

/** What the cache keeps and was good for. */
export type PrefixUsage = {
  /** Tokens whose keys and values are kept. */
  readonly keptTokens: number;
  /** Tokens of prompts that were not read, as they were kept. */
  readonly reusedTokens: number;
};

/**
 * Keys and values of what prompts begin with: of prepared tasks, and of what two prompts that were asked had in common.
 * They take memory of the plan that no request has reserved, and make room when one does.
 */
export class PrefixCache {
  /** Memory of answers that have ended, which holds what they began with; it is the first to make room. */
  readonly spare = new SpareMemory(() => this.#room - this.#tree.tokens);
  readonly #tree: PrefixTree<SeenLater>;
  readonly #shape: CacheShape;
  readonly #plan: MemoryPlan;
  readonly #most: number;
  #remembered: readonly (readonly PromptKey[])[] = [];
  #reused = 0;

  /** @param most Tokens, whatever room the plan has; 0 keeps nothing. */
  constructor(shape: CacheShape, plan: MemoryPlan, most: number) {
    this.#tree = new PrefixTree(shape);
    this.#shape = shape;
    this.#plan = plan;
    this.#most = most;
    plan.lend((spare) => this.#shrinkTo(spare));
  }

  /** The most tokens that can be kept, where nobody needs the memory. */
  get most(): number {
    return Math.min(this.#most, this.#plan.most);
  }

  /** Tokens that may be kept at the moment. */
  get #room(): number {
    return Math.min(this.#most, this.#plan.spare);
  }

  get usage(): PrefixUsage {
    return { keptTokens: this.#tree.tokens, reusedTokens: this.#reused };
  }

  /** Takes note of a prompt that is asked: what it has in common with another is kept when it has been read. */
  remember(keys: readonly PromptKey[]): void {
    const others = this.#remembered.filter((each) => each !== keys).slice(1 - REMEMBERED);
    let tokens = others.reduce((sum, { length }) => sum + length, keys.length);
    while (tokens > REMEMBERED_TOKENS && others.length > 0) tokens -= others.shift()?.length ?? 0;
    this.#remembered = [...others, keys];
  }

  /** The longest beginning of a prompt that is kept; all of it only where that is asked for. */
  find(keys: readonly PromptKey[], most = keys.length - 1): Prefix {
    const { length, parts, tail } = this.#tree.find(keys, most);
    return length === 0 ? NOTHING : { length, parts, pictures: tail };
  }

  /** Counts tokens that were not read. */
  count(reused: number): void {
    this.#reused += reused;
  }

  /** Keeps what a prompt that has been read has in common with others that were asked. */
  async keepShared(keys: readonly PromptKey[], cache: TextCache, row: number): Promise<void> {
    if (this.#most === 0) return;
    const shared = this.#remembered.reduce(
      (most, other) => (other === keys ? most : Math.max(most, sharedLength(keys, other))),
      0,
    );
    const kept = this.#tree.find(keys, shared).length;
    if (shared - kept >= WORTH_KEEPING)
      await this.keep(keys.slice(0, shared), (first) => cache.copy(row, first, shared));
  }

  /**
   * Keeps a beginning, where there is room for it.
   *
   * @param keys all of its tokens
   * @param copy keys and values of its tokens from `first` on
   * @param pictures those that later text may look at
   * @returns it, whether or not there was room
   */
  async keep(
    keys: readonly PromptKey[],
    copy: (first: number) => Promise<StoredTokens>,
    pictures?: SeenLater,
  ): Promise<Prefix> {
    const weight = pictures === undefined ? 0 : this.#weightOf(pictures);
    if (this.#makeRoom(keys, weight)) {
      const first = this.#tree.find(keys).length;
      const stored = await copy(first);
      // Others may have been kept or dropped while it was copied.
      if (this.#makeRoom(keys, weight) && this.#tree.find(keys).length >= first) {
        const rest = (from: number) => sliceStored(stored, this.#shape, from - first, keys.length - first);
        this.#tree.insert(keys, rest, pictures && { value: pictures, weight });
        return this.find(keys, keys.length);
      }
    }
    return { length: keys.length, parts: [{ stored: await copy(0), count: keys.length }], pictures };
  }

  clear(): void {
    this.#tree.clear();
    this.spare.shrinkTo(0);
    this.#remembered = [];
  }

  /** How many tokens a beginning counts for. */
  sizeOf(keys: readonly PromptKey[], pictures: SeenLater): number {
    return keys.length + this.#weightOf(pictures);
  }

  /** Drops what is needed for so many tokens more; false where that is not enough. */
  #makeRoom(keys: readonly PromptKey[], weight: number): boolean {
    const room = this.#room;
    if (keys.length + weight > room) return false;
    const { length } = this.#tree.find(keys);
    const needed = keys.length - length + weight;
    this.spare.shrinkTo(room - this.#tree.tokens - needed);
    while (this.#tree.tokens + needed > room) if (!this.#tree.evict()) return false;
    return true;
  }

  #shrinkTo(spare: number): void {
    this.spare.shrinkTo(spare - this.#tree.tokens);
    while (this.#tree.tokens > spare) if (!this.#tree.evict()) this.#tree.clear();
  }

  /** So many tokens take as much memory as pictures do. */
  #weightOf(pictures: SeenLater): number {
    const { layers, keyValueHeads, headDim } = this.#shape;
    let bytes = 0;
    for (const picture of pictures.values())
      for (const { data } of Object.values(picture)) bytes += data.byteLength;
    return Math.ceil(bytes / (2 * layers * keyValueHeads * headDim * Float32Array.BYTES_PER_ELEMENT));
  }
}
