import type { Tensors, WantedOutputs } from '../../session.ts';
import type { RecurrentStates } from './recurrent-states.ts';
import type { StoredTokens } from './stored-tokens.ts';
import type { TextCache } from './text-cache.ts';

/**
 * A cache of keys and values together with the states of recurrences, which are kept in the same rows. A state is that behind
 * all tokens of its row, so that no row can begin with a part of what another has read.
 */
export class StatefulCache implements TextCache {
  readonly #cache: TextCache;
  readonly #states: RecurrentStates;

  /** Both of as many rows. */
  constructor(cache: TextCache, states: RecurrentStates) {
    this.#cache = cache;
    this.#states = states;
  }

  get rows(): number {
    return this.#cache.rows;
  }

  get lengths(): readonly number[] {
    return this.#cache.lengths;
  }

  get bytes(): number {
    return this.#cache.bytes + this.#states.bytes;
  }

  mask(row: number): Uint8Array {
    return this.#cache.mask(row);
  }

  async feeds(real: readonly Uint8Array[]): Promise<Tensors> {
    return { ...(await this.#cache.feeds(real)), ...this.#states.feeds() };
  }

  get outputs(): WantedOutputs {
    return { ...this.#cache.outputs, ...this.#states.outputs };
  }

  append(outputs: Tensors, real: readonly Uint8Array[]): void {
    this.#cache.append(outputs, real);
    this.#states.append(outputs);
  }

  begin(): void {
    throw new Error('a text with recurrent states begins with its first token');
  }

  async copy(): Promise<StoredTokens> {
    throw new Error('of a text with recurrent states nothing is stored for others');
  }

  async select(rows: readonly number[]): Promise<void> {
    await this.#cache.select(rows);
    this.#states.select(rows);
  }

  async join(other: TextCache): Promise<void> {
    if (!(other instanceof StatefulCache)) throw new Error('rows with states can be joined by such alone');
    await this.#cache.join(other.#cache);
    this.#states.join(other.#states);
  }

  release(): void {
    this.#cache.release();
    this.#states.release();
  }
}
