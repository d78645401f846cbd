import type { Tensors, WantedOutputs } from '../../session.ts';
import type { SpareMemory } from './spare-memory.ts';
import type { StoredPart, StoredTokens } from './stored-tokens.ts';

/**
 * Keys and values of the tokens that rows of text have so far, each row with its own number of them in its first places.
 * A step is `feeds`, the run, then `append`. What copies tokens may wait for a device; nothing else is to be asked of the
 * cache meanwhile.
 */
export interface TextCache {
  readonly rows: number;
  /** Tokens of each row. */
  readonly lengths: readonly number[];
  /** Bytes held. */
  readonly bytes: number;
  /**
   * Whether the rows stand side by side in one row of the memory, so that new tokens are laid out in one row as well; left
   * out: each has its own.
   */
  readonly sideBySide?: boolean;
  /** Gives each row memory of its own, where they stand side by side. */
  separate?(): Promise<unknown>;
  /** Which places hold tokens of a row: 1, and 0 for those of others and what is unused. All rows have as many places. */
  mask(row: number): Uint8Array;
  /**
   * The inputs of the next run.
   *
   * @param real For each row which of the new tokens are its own: 1, and 0 for padding and those of others beside it.
   */
  feeds(real: readonly Uint8Array[]): Tensors | Promise<Tensors>;
  /** Outputs of the run that was given `feeds`, of which `append` will be told, and memory for those that have some already. */
  readonly outputs: WantedOutputs;
  /**
   * Takes in what a run gave for its new tokens.
   *
   * @param real As `feeds` was given it: padding is left out.
   */
  append(outputs: Tensors, real: readonly Uint8Array[]): void;
  /**
   * Begins the rows of an empty cache with what is stored of their first tokens.
   *
   * @param beginnings for each row parts that follow each other
   * @param room places for which memory is made at once, as so many tokens are about to be read
   * @param spare memory of others that may hold these beginnings already
   */
  begin(beginnings: readonly (readonly StoredPart[])[], room: number, spare?: SpareMemory): void;
  /** A copy of what a row has stored of its tokens, from `first` up to `end`. */
  copy(row: number, first: number, end: number): Promise<StoredTokens>;
  /** Row i becomes what row `rows[i]` was. */
  select(rows: readonly number[]): Promise<void>;
  /** Takes in copies of all rows of another cache of the same kind and shape, behind its own. */
  join(other: TextCache): Promise<void>;
  /** Lets the memory go at once. The cache cannot be used afterwards. */
  release(): void;
}
