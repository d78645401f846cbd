import { Tensor } from 'onnxruntime-common';
import type { Tensors, WantedOutputs } from '../../session.ts';
import { StaticPlaces } from './static-places.ts';
import { type CacheShape, type StoredPart, type StoredTokens, storedNames } from './stored-tokens.ts';
import type { TextCache } from './text-cache.ts';

export type StaticCacheShape = CacheShape & {
  /** Places of each row. */
  readonly cacheLength: number;
};

/**
 * Keys and values in a cache of fixed length: for each layer `[rows, keyValueHeads, cacheLength, headDim]`. The language
 * graph writes those of new tokens itself, at the places that it is told, and gives the whole cache out: what came out goes
 * in at the next step. Where it can, the graph is given the cache's own memory for that, and then writes new tokens alone.
 */
export class StaticCache implements TextCache {
  readonly #shape: StaticCacheShape;
  readonly #writesInPlace: boolean;
  /** By `key.{i}` and `value.{i}`. */
  #stored: ReadonlyMap<string, Tensor>;
  readonly #places: StaticPlaces;

  /**
   * @param rows Rows to begin with.
   * @param writesInPlace Whether the graph can be given the cache's memory for its outputs; default false.
   */
  constructor(
    shape: StaticCacheShape,
    { rows, writesInPlace = false }: { readonly rows: number; readonly writesInPlace?: boolean },
  ) {
    this.#shape = shape;
    this.#writesInPlace = writesInPlace;
    this.#places = new StaticPlaces(shape.cacheLength, rows);
    this.#stored = new Map(storedNames(shape).map((name) => [name, this.#tensor(rows)]));
  }

  get rows(): number {
    return this.#places.rows;
  }

  get lengths(): readonly number[] {
    return this.#places.lengths;
  }

  /** By `key.{i}` and `value.{i}`. */
  get tensors(): ReadonlyMap<string, Tensor> {
    return this.#stored;
  }

  get bytes(): number {
    return this.#stored.size * this.rows * this.#rowSize * Float32Array.BYTES_PER_ELEMENT;
  }

  /** `present_key.{i}` and `present_value.{i}`. */
  get outputs(): WantedOutputs {
    return Object.fromEntries(
      [...this.#stored].map(([name, tensor]) => [`present_${name}`, this.#writesInPlace ? tensor : null]),
    );
  }

  mask(row: number): Uint8Array {
    return this.#places.mask(row);
  }

  /** `past_key.{i}`, `past_value.{i}`, and `cache_positions`: padding is written where nothing is read. */
  feeds(real: readonly Uint8Array[]): Record<string, Tensor> {
    const past = [...this.#stored].map(([name, tensor]) => [`past_${name}`, tensor] as const);
    return { ...Object.fromEntries(past), cache_positions: this.#places.positions(real) };
  }

  append(outputs: Tensors, real: readonly Uint8Array[]): void {
    this.#places.append(real);
    if (!this.#writesInPlace) {
      this.#renew((name, before) => {
        before.dispose();
        const present = outputs[`present_${name}`];
        if (present === undefined) throw new Error(`the language graph gave no present_${name}`);
        return present;
      });
    }
  }

  begin(beginnings: readonly (readonly StoredPart[])[]): void {
    this.#places.requireEmpty();
    const { keyValueHeads, cacheLength, headDim } = this.#shape;
    for (const [name, tensor] of this.#stored) {
      const values = valuesOf(tensor);
      for (const [row, parts] of beginnings.entries()) {
        let start = 0;
        for (const { stored, count } of parts) {
          const source = stored.values.get(name) ?? new Float32Array(0);
          for (let head = 0; head < keyValueHeads; head++) {
            const from = head * stored.tokens * headDim;
            const to = ((row * keyValueHeads + head) * cacheLength + start) * headDim;
            values.set(source.subarray(from, from + count * headDim), to);
          }
          start += count;
        }
      }
    }
    this.#places.begin(beginnings.map((parts) => parts.reduce((sum, { count }) => sum + count, 0)));
  }

  async copy(row: number, first: number, end: number): Promise<StoredTokens> {
    const { keyValueHeads, cacheLength, headDim } = this.#shape;
    const size = (end - first) * headDim;
    const copied = [...this.#stored].map(([name, tensor]): [string, Float32Array] => {
      const values = valuesOf(tensor);
      const part = new Float32Array(keyValueHeads * size);
      for (let head = 0; head < keyValueHeads; head++) {
        const from = ((row * keyValueHeads + head) * cacheLength + first) * headDim;
        part.set(values.subarray(from, from + size), head * size);
      }
      return [name, part];
    });
    return { tokens: end - first, values: new Map(copied) };
  }

  async select(rows: readonly number[]): Promise<void> {
    if (!this.#places.select(rows)) return;
    const size = this.#rowSize;
    this.#renew((_name, tensor) => {
      const values = valuesOf(tensor);
      const parts = rows.map((row) => values.subarray(row * size, (row + 1) * size));
      return this.#tensor(rows.length, parts);
    });
  }

  async join(other: TextCache): Promise<void> {
    if (!(other instanceof StaticCache)) throw new Error('a static cache can take in rows of another alone');
    const rows = this.rows + other.rows;
    this.#renew((name, tensor) => {
      const added = other.#stored.get(name);
      if (added === undefined) throw new Error(`the other cache has no ${name}`);
      return this.#tensor(rows, [valuesOf(tensor), valuesOf(added)]);
    });
    this.#places.join(other.#places);
  }

  release(): void {
    for (const tensor of this.#stored.values()) tensor.dispose();
    this.#stored = new Map();
    this.#places.clear();
  }

  get #rowSize(): number {
    const { keyValueHeads, cacheLength, headDim } = this.#shape;
    return keyValueHeads * cacheLength * headDim;
  }

  #renew(make: (name: string, tensor: Tensor) => Tensor): void {
    this.#stored = new Map([...this.#stored].map(([name, tensor]) => [name, make(name, tensor)]));
  }

  /** Memory of so many rows, which begins with these values; the rest is zero. */
  #tensor(rows: number, parts: readonly Float32Array[] = []): Tensor {
    const { keyValueHeads, cacheLength, headDim } = this.#shape;
    const values = new Float32Array(rows * this.#rowSize);
    let at = 0;
    for (const part of parts) {
      values.set(part, at);
      at += part.length;
    }
    return new Tensor('float32', values, [rows, keyValueHeads, cacheLength, headDim]);
  }
}

function valuesOf({ data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error('a static cache holds float32 values');
}
