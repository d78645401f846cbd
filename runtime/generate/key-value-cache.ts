import { Tensor } from 'onnxruntime-node';

export type CacheShape = {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
};

/** Two equally large arrays that take turns: the past is read from one while the present is written to the other. */
type Pair = { past: Float32Array; present: Float32Array };

/**
 * Keys and values of the tokens read so far, [rows, keyValueHeads, length, headDim] for each layer. Memory is allocated
 * once for the longest the answer may become, and the language graph writes straight into it: no step allocates.
 *
 * A step is `feeds`, `fetches`, the run, then `commit`. Rows are repeated, put in another order or dropped by `select`.
 */
export class KeyValueCache {
  readonly #shape: CacheShape;
  readonly #pairs: Map<string, Pair>;
  readonly #mostLength: number;
  #capacity: number;
  #rows: number;
  #length = 0;

  /**
   * @param rows Rows to begin with.
   * @param mostRows Rows to allocate for; growing beyond allocates anew.
   * @param mostLength Tokens a row to allocate for; a longer step throws.
   */
  constructor(
    shape: CacheShape,
    { rows, mostRows = rows, mostLength }: { rows: number; mostRows?: number; mostLength: number },
  ) {
    this.#shape = shape;
    this.#rows = rows;
    this.#mostLength = mostLength;
    this.#capacity = mostRows * this.#rowSize(mostLength);
    this.#pairs = new Map(
      Array.from({ length: shape.layers }, (_, layer) => [`key.${layer}`, `value.${layer}`])
        .flat()
        .map((name) => [name, this.#allocate()]),
    );
  }

  get rows(): number {
    return this.#rows;
  }

  /** Tokens of each row, padding included. */
  get length(): number {
    return this.#length;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#pairs.size * 2 * this.#capacity * Float32Array.BYTES_PER_ELEMENT;
  }

  /** `past_key.{i}` and `past_value.{i}` of the next run. */
  feeds(): Record<string, Tensor> {
    return this.#tensors('past', this.#length);
  }

  /** `present_key.{i}` and `present_value.{i}`, for a run with `text` new tokens to write to. */
  fetches(text: number): Record<string, Tensor> {
    return this.#tensors('present', this.#length + text);
  }

  /** After the run: what was present is past. */
  commit(text: number): void {
    this.#swap();
    this.#length += text;
  }

  /** Row i becomes what row `rows[i]` was. */
  select(rows: readonly number[]): void {
    if (rows.length === this.#rows && rows.every((row, index) => row === index)) return;
    const size = this.#rowSize(this.#length);
    this.#capacity = Math.max(this.#capacity, rows.length * this.#rowSize(this.#mostLength));
    for (const pair of this.#pairs.values()) {
      const grown = this.#capacity > pair.past.length;
      if (grown) pair.present = new Float32Array(this.#capacity);
      copyRows(pair.past, pair.present, rows, size);
      if (grown) pair.past = new Float32Array(this.#capacity);
    }
    this.#swap();
    this.#rows = rows.length;
  }

  /** A cache of its own whose row i is row `rows[i]` of this one, with room for `mostLength` tokens. */
  fork(rows: readonly number[], mostLength: number): KeyValueCache {
    const result = new KeyValueCache(this.#shape, { rows: rows.length, mostLength });
    for (const [name, pair] of this.#pairs) {
      const target = result.#pairs.get(name);
      if (target) copyRows(pair.past, target.past, rows, this.#rowSize(this.#length));
    }
    result.#length = this.#length;
    return result;
  }

  /** Lets the memory go at once, not when the cache itself is collected. The cache cannot be used afterwards. */
  release(): void {
    this.#pairs.clear();
    this.#rows = 0;
    this.#length = 0;
    this.#capacity = 0;
  }

  #rowSize(length: number): number {
    return this.#shape.keyValueHeads * length * this.#shape.headDim;
  }

  #allocate(): Pair {
    return { past: new Float32Array(this.#capacity), present: new Float32Array(this.#capacity) };
  }

  #swap(): void {
    for (const pair of this.#pairs.values()) [pair.past, pair.present] = [pair.present, pair.past];
  }

  #tensors(side: 'past' | 'present', length: number): Record<string, Tensor> {
    const { keyValueHeads, headDim } = this.#shape;
    const size = this.#rows * this.#rowSize(length);
    if (size > this.#capacity) {
      throw new Error(`the cache has room for ${this.#capacity} values and ${size} are needed`);
    }
    const tensors: Record<string, Tensor> = {};
    for (const [name, pair] of this.#pairs) {
      const dims = [this.#rows, keyValueHeads, length, headDim];
      tensors[`${side}_${name}`] = new Tensor('float32', pair[side].subarray(0, size), dims);
    }
    return tensors;
  }
}

function copyRows(from: Float32Array, to: Float32Array, rows: readonly number[], size: number): void {
  for (const [index, row] of rows.entries())
    to.set(from.subarray(row * size, (row + 1) * size), index * size);
}
