import { Tensor } from 'onnxruntime-common';

/** Sizes of the states of each sequence, by name and layer: the manifest's `states`. */
export type StateSizes = Readonly<Record<string, readonly number[]>>;

/**
 * What the recurrences of a language model keep of the tokens read so far: for each state `[rows, ...sizes]`, of one size
 * however many tokens there were. Each run is given them all and gives them all anew.
 */
export class RecurrentStates {
  readonly #sizes: StateSizes;
  #rows: number;
  /** By name; a row is so many numbers of it. */
  #stored: ReadonlyMap<string, Float32Array>;

  /** @param rows Rows to begin with, all zero. */
  constructor(sizes: StateSizes, rows: number) {
    this.#sizes = sizes;
    this.#rows = rows;
    this.#stored = new Map(Object.keys(sizes).map((name) => [name, new Float32Array(rows * this.#of(name))]));
  }

  get bytes(): number {
    let bytes = 0;
    for (const { byteLength } of this.#stored.values()) bytes += byteLength;
    return bytes;
  }

  /** `past_state.{name}` of the next run. */
  feeds(): Record<string, Tensor> {
    const feeds: Record<string, Tensor> = {};
    for (const [name, values] of this.#stored)
      feeds[`past_state.${name}`] = new Tensor('float32', values, [this.#rows, ...(this.#sizes[name] ?? [])]);
    return feeds;
  }

  /** `new_state.{name}`, in memory of the run's. */
  get outputs(): Readonly<Record<string, null>> {
    return Object.fromEntries([...this.#stored.keys()].map((name) => [`new_state.${name}`, null]));
  }

  /** Takes what a run gave: padding has left the states as they were. */
  append(outputs: Readonly<Record<string, Tensor>>): void {
    this.#renew((name) => {
      const state = outputs[`new_state.${name}`]?.data;
      if (!(state instanceof Float32Array && state.length === this.#rows * this.#of(name)))
        throw new Error(`the language graph gave no float32 new_state.${name} of ${this.#rows} rows`);
      return state.slice();
    });
  }

  /** Row i becomes what row `rows[i]` was. */
  select(rows: readonly number[]): void {
    this.#renew((name, before) => {
      const size = this.#of(name);
      const after = new Float32Array(rows.length * size);
      for (const [to, from] of rows.entries())
        after.set(before.subarray(from * size, (from + 1) * size), to * size);
      return after;
    });
    this.#rows = rows.length;
  }

  /** Takes in copies of all rows of others of the same sizes, behind its own. */
  join(other: RecurrentStates): void {
    this.#renew((name, before) => {
      const after = new Float32Array((this.#rows + other.#rows) * this.#of(name));
      after.set(before);
      after.set(other.#stored.get(name) ?? [], before.length);
      return after;
    });
    this.#rows += other.#rows;
  }

  /** Lets the memory go at once. The states cannot be used afterwards. */
  release(): void {
    this.#stored = new Map();
    this.#rows = 0;
  }

  #of(name: string): number {
    return (this.#sizes[name] ?? []).reduce((all, size) => all * size, 1);
  }

  #renew(make: (name: string, before: Float32Array) => Float32Array): void {
    this.#stored = new Map([...this.#stored].map(([name, before]) => [name, make(name, before)]));
  }
}
