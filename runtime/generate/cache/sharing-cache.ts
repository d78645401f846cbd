import type { Tensors, WantedOutputs } from '../../session.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { SideBySideCache } from './side-by-side-cache.ts';
import { beginningOf, type SpareMemory, sharedTokens } from './spare-memory.ts';
import { type CacheShape, type StoredPart, type StoredTokens, tokensOf } from './stored-tokens.ts';
import type { TextCache } from './text-cache.ts';

/**
 * A run takes so much longer over a place that stands there for all rows than over one of a row's own: 1.5 times with 2 and
 * with 4 rows, 1.9 with 8, 2.1 with 16.
 */
const COST_OF_SHARING = 1.75;

/**
 * A cache that grows, whose rows stand side by side in one memory (`SideBySideCache`) as long as the most of what they hold is
 * common to them, as with questions after the same examples and beams behind them; else each has its own (`KeyValueCache`).
 */
export class SharingCache implements TextCache {
  readonly #shape: CacheShape;
  readonly #most: readonly number[];
  #cache: KeyValueCache | SideBySideCache;

  /** @param mostLength tokens that each row may come to have, or all of them */
  constructor(
    shape: CacheShape,
    { rows, mostLength }: { rows: number; mostLength: number | readonly number[] },
  ) {
    this.#shape = shape;
    this.#most = typeof mostLength === 'number' ? new Array(rows).fill(mostLength) : mostLength;
    const most = this.#most;
    this.#cache =
      rows === 1
        ? new SideBySideCache(shape, [[]], { most })
        : new KeyValueCache(shape, { rows, mostLength });
  }

  get sideBySide(): boolean {
    return this.#cache instanceof SideBySideCache;
  }

  get rows(): number {
    return this.#cache.rows;
  }

  get lengths(): readonly number[] {
    return this.#cache.lengths;
  }

  get bytes(): number {
    return this.#cache.bytes;
  }

  get outputs(): WantedOutputs {
    return this.#cache.outputs;
  }

  mask(row: number): Uint8Array {
    return this.#cache.mask(row);
  }

  feeds(): Tensors {
    return this.#cache.feeds();
  }

  append(outputs: Tensors, real: readonly Uint8Array[]): void {
    this.#cache.append(outputs, real);
  }

  begin(beginnings: readonly (readonly StoredPart[])[], room: number, spare?: SpareMemory): void {
    const lengths = beginnings.map((parts) => Math.max(room, tokensOf(parts)));
    const [first, ...others] = beginnings.map(beginningOf);
    const common = others.reduce((sum, other) => sum + sharedTokens(first, other), 0);
    const most = this.#most;
    if (pays(sumOf(lengths) - common, lengths))
      this.#cache = new SideBySideCache(this.#shape, beginnings, { most, room, spare });
    else if (this.#cache instanceof KeyValueCache) this.#cache.begin(beginnings, room, spare);
  }

  copy(row: number, first: number, end: number): Promise<StoredTokens> {
    return this.#cache.copy(row, first, end);
  }

  async select(rows: readonly number[]): Promise<void> {
    await this.#cache.select(rows);
    if (this.#cache instanceof SideBySideCache && !pays(this.#cache.places, this.lengths))
      await this.separate();
  }

  async join(other: SharingCache): Promise<void> {
    const [own, its] = [this.#cache, other.#cache];
    const lengths = [...this.lengths, ...other.lengths];
    const canShare = own instanceof SideBySideCache && its instanceof SideBySideCache;
    if (canShare && pays(own.places + own.newPlaces(its), lengths)) await own.join(its);
    else await (await this.separate()).join(await other.separate());
  }

  /** Gives each row memory of its own. */
  async separate(): Promise<KeyValueCache> {
    if (this.#cache instanceof KeyValueCache) return this.#cache;
    const cache = await this.#cache.apart();
    this.#cache = cache;
    return cache;
  }

  release(): void {
    this.#cache.release();
  }
}

/**
 * Whether a run is sooner done where rows stand side by side.
 *
 * @param places of all of them together
 * @param lengths of each the tokens
 */
function pays(places: number, lengths: readonly number[]): boolean {
  return lengths.length === 1 || COST_OF_SHARING * places <= sumOf(lengths);
}

function sumOf(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}
