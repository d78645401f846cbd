import { Tensor } from 'onnxruntime-common';
import type { Tensors, WantedOutputs } from '../session.ts';
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
  /** Tokens of each row. */
  #lengths: readonly number[];

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
    this.#lengths = new Array<number>(rows).fill(0);
    this.#stored = new Map(storedNames(shape).map((name) => [name, this.#tensor(rows)]));
  }

  get rows(): number {
    return this.#lengths.length;
  }

  get lengths(): readonly number[] {
    return this.#lengths;
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
    return new Uint8Array(this.#shape.cacheLength).fill(1, 0, this.#lengths[row] ?? 0);
  }

  /** `past_key.{i}`, `past_value.{i}`, and `cache_positions`: padding is written where nothing is read. */
  feeds(real: readonly Uint8Array[]): Record<string, Tensor> {
    const text = real[0]?.length ?? 0;
    const positions = real.flatMap((each, row) => this.#positions(each, this.#lengths[row] ?? 0));
    const past = [...this.#stored].map(([name, tensor]) => [`past_${name}`, tensor] as const);
    return {
      ...Object.fromEntries(past),
      cache_positions: new Tensor('int64', BigInt64Array.from(positions, BigInt), [this.rows, text]),
    };
  }

  #positions(real: Uint8Array, length: number): readonly number[] {
    const { cacheLength } = this.#shape;
    const end = length + countOf(real);
    let next = length;
    let padding = 0;
    return Array.from(real, (isReal) => {
      // A run that is not kept, as that of choices, may have more tokens than the cache has places left.
      if (isReal === 1) return next++ % cacheLength;
      if (end >= cacheLength)
        throw new Error(`the static cache has ${cacheLength} places, and none is left for padding`);
      return end + (padding++ % (cacheLength - end));
    });
  }

  append(outputs: Tensors, real: readonly Uint8Array[]): void {
    const { cacheLength } = this.#shape;
    const lengths = this.#lengths.map((length, row) => length + countOf(real[row] ?? new Uint8Array(0)));
    const full = lengths.find((length) => length > cacheLength);
    if (full !== undefined)
      throw new Error(`the static cache has ${cacheLength} places and ${full} are needed`);
    if (!this.#writesInPlace) {
      this.#renew((name, before) => {
        before.dispose();
        const present = outputs[`present_${name}`];
        if (present === undefined) throw new Error(`the language graph gave no present_${name}`);
        return present;
      });
    }
    this.#lengths = lengths;
  }

  begin(beginnings: readonly (readonly StoredPart[])[]): void {
    if (this.#lengths.some((length) => length > 0))
      throw new Error('only an empty cache can begin with what is stored');
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
    this.#lengths = this.#lengths.map((_, row) =>
      (beginnings[row] ?? []).reduce((sum, { count }) => sum + count, 0),
    );
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
    const before = this.#lengths;
    const after = rows.flatMap((row) => before[row] ?? []);
    if (after.length !== rows.length) throw new Error(`the cache has ${before.length} rows, not ${rows}`);
    this.#lengths = after;
    if (rows.length === before.length && rows.every((row, index) => row === index)) return;
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
    this.#lengths = [...this.#lengths, ...other.#lengths];
  }

  release(): void {
    for (const tensor of this.#stored.values()) tensor.dispose();
    this.#stored = new Map();
    this.#lengths = [];
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

function countOf(real: Uint8Array): number {
  return real.reduce((count, each) => count + each, 0);
}
