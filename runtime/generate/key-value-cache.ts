import { Tensor } from 'onnxruntime-common';
import { type CacheShape, type StoredPart, type StoredTokens, storedNames } from './stored-tokens.ts';
import type { TextCache } from './text-cache.ts';

/** Places by which the room grows: each time all that is stored is copied, and unused room is looked at in vain. */
const STEP = 64;

/** What a row holds: its tokens stand in its first places, one behind the other. */
type Row = {
  readonly length: number;
  /** Tokens that it may come to have. */
  readonly most: number;
  readonly origin: Origin;
};

/** Rows that were one begin with the same tokens: so many as it had when it was first repeated; undefined: it never was. */
type Origin = { shared: number | undefined };

/**
 * Keys and values of the tokens read so far, with room for more: for each layer `[rows, keyValueHeads, room, headDim]`.
 * Each row has its real tokens, without padding, from the first place on, and its own length. The language graph reads
 * the whole room, of which `mask` says what counts, and gives the keys and values of new tokens alone; they are written
 * behind the others, so that a step copies nothing of what is there.
 *
 * A step is `feeds`, the run, then `append`. Rows are repeated, put in another order or dropped by `select`, and those of
 * another cache come in by `join`.
 */
export class KeyValueCache implements TextCache {
  readonly #shape: CacheShape;
  readonly #stored: Map<string, Float32Array>;
  #rows: readonly Row[];
  #room = 0;

  /**
   * @param rows Rows to begin with.
   * @param mostLength Tokens that each row may come to have, or all of them; one more throws.
   */
  constructor(
    shape: CacheShape,
    { rows, mostLength }: { rows: number; mostLength: number | readonly number[] },
  ) {
    this.#shape = shape;
    this.#rows = Array.from({ length: rows }, (_, row) => ({
      length: 0,
      most: typeof mostLength === 'number' ? mostLength : (mostLength[row] ?? 0),
      origin: { shared: undefined },
    }));
    this.#stored = new Map(storedNames(shape).map((name) => [name, new Float32Array(0)]));
  }

  get rows(): number {
    return this.#rows.length;
  }

  /** Tokens of each row. */
  get lengths(): readonly number[] {
    return this.#rows.map(({ length }) => length);
  }

  /** Bytes held. */
  get bytes(): number {
    let bytes = 0;
    for (const { byteLength } of this.#stored.values()) bytes += byteLength;
    return bytes;
  }

  /** `new_key.{i}` and `new_value.{i}`, in memory of the run's. */
  get outputs(): Readonly<Record<string, null>> {
    return Object.fromEntries([...this.#stored.keys()].map((name) => [`new_${name}`, null]));
  }

  /** Which places of a row's room hold tokens: 1, and 0 for what is unused. */
  mask(row: number): Uint8Array {
    return new Uint8Array(this.#room).fill(1, 0, this.#rows[row]?.length ?? 0);
  }

  /** `past_key.{i}` and `past_value.{i}` of the next run. */
  feeds(): Record<string, Tensor> {
    const { keyValueHeads, headDim } = this.#shape;
    const dims = [this.rows, keyValueHeads, this.#room, headDim];
    const size = this.rows * this.#rowSize();
    const feeds: Record<string, Tensor> = {};
    for (const [name, values] of this.#stored)
      feeds[`past_${name}`] = new Tensor('float32', values.subarray(0, size), dims);
    return feeds;
  }

  /**
   * Takes in what a run gave for its new tokens.
   *
   * @param outputs `new_key.{i}` and `new_value.{i}` `[rows, keyValueHeads, text, headDim]`.
   * @param real For each row which of the new tokens are real: 1, and 0 for padding, which is left out.
   */
  append(outputs: Readonly<Record<string, Tensor>>, real: readonly Uint8Array[]): void {
    const text = real[0]?.length ?? 0;
    const before = this.#rows;
    const runs = before.map((_, row) => runsOf(real[row] ?? new Uint8Array(0)));
    const after = before.map((row, index) => {
      const added = runs[index]?.reduce((sum, { count }) => sum + count, 0) ?? 0;
      return { ...row, length: row.length + added };
    });
    this.#makeRoom(after);
    const { keyValueHeads, headDim } = this.#shape;
    for (const [name, values] of this.#stored) {
      const added = outputs[`new_${name}`]?.data;
      if (!(added instanceof Float32Array && added.length === this.rows * keyValueHeads * text * headDim)) {
        throw new Error(`the language graph gave no float32 new_${name} of ${text} tokens`);
      }
      for (const [row, { length }] of before.entries()) {
        for (let head = row * keyValueHeads; head < (row + 1) * keyValueHeads; head++) {
          let place = (head * this.#room + length) * headDim;
          for (const { first, count } of runs[row] ?? []) {
            const start = (head * text + first) * headDim;
            values.set(added.subarray(start, start + count * headDim), place);
            place += count * headDim;
          }
        }
      }
    }
    this.#rows = after;
  }

  /**
   * Begins the rows of an empty cache with what is stored of their first tokens.
   *
   * @param beginnings for each row parts that follow each other
   * @param room places for which memory is made at once, as so many tokens are about to be read
   */
  begin(beginnings: readonly (readonly StoredPart[])[], room: number): void {
    const after = this.#rows.map((row, index) => ({
      ...row,
      length: (beginnings[index] ?? []).reduce((sum, { count }) => sum + count, 0),
    }));
    if (this.#room > 0) throw new Error('only an empty cache can begin with what is stored');
    this.#makeRoom(after, room);
    const { keyValueHeads, headDim } = this.#shape;
    for (const [name, values] of this.#stored) {
      for (const [row, parts] of beginnings.entries()) {
        let start = 0;
        for (const { stored, count } of parts) {
          const source = stored.values.get(name) ?? new Float32Array(0);
          const heads = Array.from({ length: keyValueHeads }, (_, head) => {
            const from = head * stored.tokens * headDim;
            return source.subarray(from, from + count * headDim);
          });
          this.#write(values, row, start, heads);
          start += count;
        }
      }
    }
    this.#rows = after;
  }

  /** A copy of what a row has stored of its tokens, from `first` up to `end`. */
  async copy(row: number, first: number, end: number): Promise<StoredTokens> {
    const { keyValueHeads, headDim } = this.#shape;
    const size = (end - first) * headDim;
    const copied = [...this.#stored].map(([name, values]): [string, Float32Array] => {
      const part = new Float32Array(keyValueHeads * size);
      for (let head = 0; head < keyValueHeads; head++) {
        const from = ((row * keyValueHeads + head) * this.#room + first) * headDim;
        part.set(values.subarray(from, from + size), head * size);
      }
      return [name, part];
    });
    return { tokens: end - first, values: new Map(copied) };
  }

  /** Row i becomes what row `rows[i]` was. Of rows that were one only what they do not share is copied. */
  async select(rows: readonly number[]): Promise<void> {
    const before = this.#rows;
    const after = rows.flatMap((row) => before[row] ?? []);
    if (after.length !== rows.length) throw new Error(`the cache has ${before.length} rows, not ${rows}`);
    const moves = [...rows.entries()]
      .filter(([to, from]) => to !== from)
      .map(([to, from]) => {
        const { origin, length } = after[to] ?? { origin: undefined, length: 0 };
        return { to, from, length, start: before[to]?.origin === origin ? (origin?.shared ?? 0) : 0 };
      });
    for (const [name, values] of this.#stored) {
      // All are read before any is written: a row may go where another comes from.
      const parts = moves.map(({ from, start, length }) => this.#read(values, from, start, length));
      const target = resized(values, after.length * this.#rowSize());
      for (const [index, { to, start }] of moves.entries())
        this.#write(target, to, start, parts[index] ?? []);
      this.#stored.set(name, target);
    }
    for (const [index, row] of rows.entries()) {
      const { origin, length } = before[row] ?? {};
      if (origin !== undefined && rows.indexOf(row) !== index) origin.shared ??= length;
    }
    this.#rows = after;
    const room = this.#roomFor(after);
    if (2 * room <= this.#room) this.#move(room);
  }

  /** Takes in copies of all rows of another cache of the same shape, behind its own. */
  async join(other: KeyValueCache): Promise<void> {
    const before = this.rows;
    const after = [...this.#rows, ...other.#rows];
    this.#makeRoom(after);
    for (const [name, values] of this.#stored) {
      const target = resized(values, after.length * this.#rowSize());
      const source = other.#stored.get(name) ?? new Float32Array(0);
      for (const [row, { length }] of other.#rows.entries())
        this.#write(target, before + row, 0, other.#read(source, row, 0, length));
      this.#stored.set(name, target);
    }
    this.#rows = after;
  }

  /** Lets the memory go at once, not when the cache itself is collected. The cache cannot be used afterwards. */
  release(): void {
    this.#stored.clear();
    this.#rows = [];
  }

  #rowSize(room = this.#room): number {
    return this.#shape.keyValueHeads * room * this.#shape.headDim;
  }

  /** Places that hold the longest of the rows. */
  #roomFor(rows: readonly Row[]): number {
    const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
    const most = rows.reduce((largest, row) => Math.max(largest, row.most), 0);
    return Math.min(most, Math.ceil(longest / STEP) * STEP);
  }

  #makeRoom(rows: readonly Row[], least = 0): void {
    const full = rows.find(({ length, most }) => length > most);
    if (full !== undefined)
      throw new Error(`the cache has room for ${full.most} tokens and ${full.length} are needed`);
    const most = rows.reduce((largest, row) => Math.max(largest, row.most), 0);
    const room = Math.max(this.#roomFor(rows), Math.min(most, Math.ceil(least / STEP) * STEP));
    if (room > this.#room) this.#move(room);
  }

  /** Moves all that is stored into another room. */
  #move(room: number): void {
    const { keyValueHeads, headDim } = this.#shape;
    for (const [name, values] of this.#stored) {
      const moved = new Float32Array(this.rows * this.#rowSize(room));
      for (const [row, { length }] of this.#rows.entries()) {
        for (let head = row * keyValueHeads; head < (row + 1) * keyValueHeads; head++) {
          const start = head * this.#room * headDim;
          moved.set(values.subarray(start, start + length * headDim), head * room * headDim);
        }
      }
      this.#stored.set(name, moved);
    }
    this.#room = room;
  }

  /** For each head of a row what is stored from `start` on. */
  #read(values: Float32Array, row: number, start: number, length: number): Float32Array[] {
    const { keyValueHeads, headDim } = this.#shape;
    return Array.from({ length: keyValueHeads }, (_, head) => {
      const first = (row * keyValueHeads + head) * this.#room;
      return values.slice((first + start) * headDim, (first + length) * headDim);
    });
  }

  #write(values: Float32Array, row: number, start: number, parts: readonly Float32Array[]): void {
    const { keyValueHeads, headDim } = this.#shape;
    for (const [head, part] of parts.entries())
      values.set(part, ((row * keyValueHeads + head) * this.#room + start) * headDim);
  }
}

/** Where real tokens stand together. */
function runsOf(real: Uint8Array): { first: number; count: number }[] {
  const runs: { first: number; count: number }[] = [];
  for (let first = real.indexOf(1); first >= 0; ) {
    const after = real.indexOf(0, first);
    const end = after < 0 ? real.length : after;
    runs.push({ first, count: end - first });
    first = real.indexOf(1, end);
  }
  return runs;
}

/** The same values with room for `length` of them at least, and for no more than twice as many. */
function resized(values: Float32Array, length: number): Float32Array {
  if (values.length >= length && values.length <= 2 * length) return values;
  const other = new Float32Array(length);
  other.set(values.subarray(0, length));
  return other;
}
