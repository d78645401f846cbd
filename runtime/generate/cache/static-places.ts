import { Tensor } from 'onnxruntime-common';

/** Which places of a static cache hold tokens: in each row the first ones. */
export class StaticPlaces {
  /** Of each row. */
  readonly count: number;
  #lengths: readonly number[];

  /**
   * @param count places of each row
   * @param rows rows to begin with, without tokens
   */
  constructor(count: number, rows: number) {
    this.count = count;
    this.#lengths = new Array<number>(rows).fill(0);
  }

  get rows(): number {
    return this.#lengths.length;
  }

  /** Tokens of each row. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  mask(row: number): Uint8Array {
    return new Uint8Array(this.count).fill(1, 0, this.#lengths[row] ?? 0);
  }

  /**
   * `cache_positions` int64 `[rows, text]`: where the next tokens go, and padding where nothing is read.
   *
   * @param real For each row which of the new tokens are real: 1, and 0 for padding.
   */
  positions(real: readonly Uint8Array[]): Tensor {
    const text = real[0]?.length ?? 0;
    const places = real.flatMap((each, row) => this.#positionsOf(each, this.#lengths[row] ?? 0));
    return new Tensor('int64', BigInt64Array.from(places, BigInt), [this.rows, text]);
  }

  /** Counts tokens that have been written. */
  append(real: readonly Uint8Array[]): void {
    const lengths = this.#lengths.map((length, row) => length + countOf(real[row] ?? new Uint8Array(0)));
    const full = lengths.find((length) => length > this.count);
    if (full !== undefined)
      throw new Error(`the static cache has ${this.count} places and ${full} are needed`);
    this.#lengths = lengths;
  }

  /** Counts tokens with which the rows of an empty cache begin. */
  begin(lengths: readonly number[]): void {
    this.requireEmpty();
    this.#lengths = this.#lengths.map((_, row) => lengths[row] ?? 0);
  }

  requireEmpty(): void {
    if (this.#lengths.some((length) => length > 0))
      throw new Error('only an empty cache can begin with what is stored');
  }

  /**
   * Row i becomes what row `rows[i]` was.
   *
   * @returns whether that changes anything
   */
  select(rows: readonly number[]): boolean {
    const before = this.#lengths;
    const after = rows.flatMap((row) => before[row] ?? []);
    if (after.length !== rows.length) throw new Error(`the cache has ${before.length} rows, not ${rows}`);
    this.#lengths = after;
    return rows.length !== before.length || rows.some((row, index) => row !== index);
  }

  /** Rows of another cache behind its own. */
  join(other: StaticPlaces): void {
    this.#lengths = [...this.#lengths, ...other.#lengths];
  }

  clear(): void {
    this.#lengths = [];
  }

  #positionsOf(real: Uint8Array, length: number): readonly number[] {
    const end = length + countOf(real);
    let next = length;
    let padding = 0;
    return Array.from(real, (isReal) => {
      // A run that is not kept, as that of choices, may have more tokens than the cache has places left.
      if (isReal === 1) return next++ % this.count;
      if (end >= this.count)
        throw new Error(`the static cache has ${this.count} places, and none is left for padding`);
      return end + (padding++ % (this.count - end));
    });
  }
}

function countOf(real: Uint8Array): number {
  return real.reduce((count, each) => count + each, 0);
}
