import type { RowStore } from './row-store.ts';
import type { StoredPart, StoredTokens } from './stored-tokens.ts';

/** What a row's first tokens were taken from. It is held weakly, so that what is dropped elsewhere is not kept here. */
export type Beginning = readonly { readonly of: WeakRef<StoredTokens>; readonly count: number }[];

/** Memory of a cache that was let go. */
export type RowMemory = {
  readonly store: RowStore;
  /** Of its rows, the first of them first, what their first places hold still. */
  readonly beginnings: readonly Beginning[];
};

export function beginningOf(parts: readonly StoredPart[]): Beginning {
  return parts.map(({ stored, count }) => ({ of: new WeakRef(stored), count }));
}

/** How many tokens two rows have in common because they were taken from the same. */
export function sharedTokens(one: Beginning = [], other: Beginning = []): number {
  let shared = 0;
  for (const [index, { of, count }] of one.entries()) {
    const stored = of.deref();
    const same = other[index];
    if (stored === undefined || same?.of.deref() !== stored) break;
    shared += Math.min(count, same.count);
    if (count !== same.count) break;
  }
  return shared;
}

/**
 * Memory of caches that were let go, for those that begin with the same: a question after examples that others asked
 * about before it finds their keys and values where it needs them, and copies none.
 */
export class SpareMemory {
  readonly #most: () => number;
  /** That which was let go last comes last. */
  #memories: readonly RowMemory[] = [];

  /** @param most the tokens for which memory may be kept at the moment */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** Tokens for which memory is kept. */
  get tokens(): number {
    return this.#memories.reduce((sum, { store }) => sum + store.room * store.rows, 0);
  }

  give(memory: RowMemory): void {
    this.#memories = [...this.#memories, memory];
    this.shrinkTo(this.#most());
  }

  /**
   * Memory for so many rows, and no more than twice as many, where the most of their beginnings is in its place already.
   *
   * @param least places that a row needs
   * @param most places that it may have
   * @returns undefined where there is none that fits, or holds anything of them
   */
  take(rows: readonly Beginning[], least: number, most: number): RowMemory | undefined {
    let best: RowMemory | undefined;
    let shared = 0;
    for (const memory of this.#memories) {
      const { store, beginnings } = memory;
      if (store.room < least || store.room > most) continue;
      if (store.rows < rows.length || store.rows > 2 * rows.length) continue;
      const same = rows.reduce((sum, row, index) => sum + sharedTokens(row, beginnings[index]), 0);
      if (same > shared) [best, shared] = [memory, same];
    }
    this.#memories = this.#memories.filter((each) => each !== best);
    return best;
  }

  /** Lets go what was given the longest ago, until there is memory for at most so many tokens. */
  shrinkTo(most: number): void {
    while (this.#memories.length > 0 && this.tokens > most) this.#memories = this.#memories.slice(1);
  }
}
