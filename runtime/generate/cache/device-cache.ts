import type { Tensors, WantedOutputs } from '../../session.ts';
import type { CacheGraphs } from './cache-graphs.ts';
import { dispose, type RowTensors } from './row-graphs.ts';
import type { StaticCache } from './static-cache.ts';
import { StaticPlaces } from './static-places.ts';
import type { StoredPart, StoredTokens } from './stored-tokens.ts';
import type { TextCache } from './text-cache.ts';

/**
 * A static cache that lies on the device from its first run to its release. Runs are given its memory for their outputs
 * and write keys and values of new tokens there; rows are selected, joined and copied by graphs that run there too. Up
 * goes, once, what it begins with; down comes what is copied of a row.
 */
export class DeviceCache implements TextCache {
  readonly #graphs: CacheGraphs;
  readonly #places: StaticPlaces;
  /** What it begins with, in memory of the process, up to the first run. */
  #beginning: StaticCache | undefined;
  #stored: RowTensors = new Map();

  /**
   * @param beginning an empty cache of as many rows in memory of the process, which is this one's from now on
   * @param cacheLength places of each row
   */
  constructor(graphs: CacheGraphs, beginning: StaticCache, cacheLength: number) {
    this.#graphs = graphs;
    this.#beginning = beginning;
    this.#places = new StaticPlaces(cacheLength, beginning.rows);
  }

  get rows(): number {
    return this.#places.rows;
  }

  get lengths(): readonly number[] {
    return this.#places.lengths;
  }

  get bytes(): number {
    let numbers = 0;
    for (const { size } of this.#stored.values()) numbers += size;
    return numbers * Float32Array.BYTES_PER_ELEMENT + (this.#beginning?.bytes ?? 0);
  }

  mask(row: number): Uint8Array {
    return this.#places.mask(row);
  }

  async feeds(real: readonly Uint8Array[]): Promise<Tensors> {
    if (this.#beginning !== undefined)
      this.#replace(await this.#graphs.rows.select(this.#beginning.tensors, [...this.lengths.keys()]));
    const past = [...this.#stored].map(([name, tensor]) => [`past_${name}`, tensor] as const);
    return { ...Object.fromEntries(past), cache_positions: this.#places.positions(real) };
  }

  /** `present_key.{i}` and `present_value.{i}`, in the cache's own memory. */
  get outputs(): WantedOutputs {
    const present = [...this.#stored].map(([name, tensor]) => [`present_${name}`, tensor] as const);
    return Object.fromEntries(present);
  }

  append(_outputs: Tensors, real: readonly Uint8Array[]): void {
    this.#places.append(real);
  }

  begin(beginnings: readonly (readonly StoredPart[])[]): void {
    if (this.#beginning === undefined) throw new Error('only an empty cache can begin with what is stored');
    this.#beginning.begin(beginnings);
    this.#places.begin(this.#beginning.lengths);
  }

  async copy(row: number, first: number, end: number): Promise<StoredTokens> {
    return this.#graphs.copy(this.#beginning?.tensors ?? this.#stored, row, first, end);
  }

  async select(rows: readonly number[]): Promise<void> {
    if (!this.#places.select(rows)) return;
    this.#replace(await this.#graphs.rows.select(this.#beginning?.tensors ?? this.#stored, rows));
  }

  async join(other: TextCache): Promise<void> {
    if (!(other instanceof DeviceCache))
      throw new Error('a cache on the device can take in rows of another alone');
    const own = this.#beginning?.tensors ?? this.#stored;
    const others = other.#beginning?.tensors ?? other.#stored;
    // A device is given no tensor without values.
    const joined =
      this.rows === 0
        ? await this.#graphs.rows.select(others, [...other.lengths.keys()])
        : await this.#graphs.rows.join(own, others);
    this.#replace(joined);
    this.#places.join(other.#places);
  }

  release(): void {
    this.#replace(new Map());
    this.#places.clear();
  }

  #replace(after: RowTensors): void {
    dispose(this.#stored);
    this.#stored = after;
    this.#beginning?.release();
    this.#beginning = undefined;
  }
}
