import type { Tensor } from 'onnxruntime-common';
import {
  type CacheRow,
  emptyRows,
  markRepeated,
  ROOM_STEP,
  roomFor,
  roomNeeded,
  rowMoves,
} from './cache-rows.ts';
import { placesOf, runsOf } from './place-runs.ts';
import { RowStore } from './row-store.ts';
import { type Beginning, beginningOf, type SpareMemory, sharedTokens } from './spare-memory.ts';
import { type CacheShape, type StoredPart, type StoredTokens, tokensOf } from './stored-tokens.ts';
import type { TextCache } from './text-cache.ts';

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
  #store: RowStore | undefined;
  /** `new_key.{i}` and `new_value.{i}`, in memory of the run's. */
  readonly outputs: Readonly<Record<string, null>>;
  #rows: readonly CacheRow[];
  /** For each row, and those that there is memory for besides, what its first places were taken from. */
  #beginnings: readonly Beginning[] = [];
  /** Who gets the memory when it is let go. */
  #spare: SpareMemory | undefined;

  /**
   * @param rows Rows to begin with.
   * @param mostLength Tokens that each row may come to have, or all of them; one more throws.
   */
  constructor(
    shape: CacheShape,
    { rows, mostLength }: { rows: number; mostLength: number | readonly number[] },
  ) {
    this.#shape = shape;
    this.#rows = emptyRows(rows, mostLength);
    this.#store = new RowStore(shape);
    this.outputs = Object.fromEntries(this.#store.names.map((name) => [`new_${name}`, null]));
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
    return this.#store?.bytes ?? 0;
  }

  /** Which places of a row's room hold tokens: 1, and 0 for what is unused. */
  mask(row: number): Uint8Array {
    return new Uint8Array(this.#memory.room).fill(1, 0, this.#rows[row]?.length ?? 0);
  }

  /** `past_key.{i}` and `past_value.{i}` of the next run. */
  feeds(): Readonly<Record<string, Tensor>> {
    return this.#memory.feeds(this.rows);
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
      return { ...row, length: row.length + placesOf(runs[index] ?? []) };
    });
    this.#makeRoom(after);
    const { keyValueHeads, headDim } = this.#shape;
    const store = this.#memory;
    for (const name of store.names) {
      const added = outputs[`new_${name}`]?.data;
      if (!(added instanceof Float32Array && added.length === this.rows * keyValueHeads * text * headDim)) {
        throw new Error(`the language graph gave no float32 new_${name} of ${text} tokens`);
      }
      for (const [row, { length }] of before.entries()) {
        let place = length;
        for (const { first, end } of runs[row] ?? []) {
          const start = (row * keyValueHeads * text + first) * headDim;
          store.writeFrom(name, row, place, {
            values: added,
            first: start,
            apart: text * headDim,
            tokens: end - first,
          });
          place += end - first;
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
   * @param spare where memory is looked for that holds these beginnings, and which gets it back
   */
  begin(beginnings: readonly (readonly StoredPart[])[], room: number, spare?: SpareMemory): void {
    const after = this.#rows.map((row, index) => ({
      ...row,
      length: tokensOf(beginnings[index] ?? []),
    }));
    if (this.#memory.room > 0) throw new Error('only an empty cache can begin with what is stored');
    const begun = after.map((_, row) => beginningOf(beginnings[row] ?? []));
    const needed = roomNeeded(after, room);
    const found = spare?.take(begun, needed, needed + ROOM_STEP);
    const before = found?.beginnings ?? [];
    if (found !== undefined) this.#store = found.store;
    else
      this.#memory.move(
        after.map(() => 0),
        needed,
      );
    for (const [row, parts] of beginnings.entries())
      this.#fill(row, parts, sharedTokens(begun[row], before[row]));
    this.#rows = after;
    this.#beginnings = [...begun, ...before.slice(after.length)];
    this.#spare = spare;
    if (found === undefined) return;
    // An earlier text's numbers may be none, and what is looked at in vain has to be zero when it is multiplied by zero.
    for (const [row, beginning] of this.#beginnings.entries()) {
      const held = beginning.reduce((sum, { count }) => sum + count, 0);
      found.store.clear(row, held);
    }
  }

  /** Writes parts into a row's first places, of which the first `there` hold theirs already. */
  #fill(row: number, parts: readonly StoredPart[], there: number): void {
    const { headDim } = this.#shape;
    const store = this.#memory;
    let start = 0;
    for (const { stored, count } of parts) {
      const first = Math.min(count, Math.max(0, there - start));
      for (const name of store.names) {
        const values = stored.values.get(name);
        if (values === undefined) throw new Error(`nothing is stored of ${name}`);
        const apart = stored.tokens * headDim;
        store.writeFrom(name, row, start + first, {
          values,
          first: first * headDim,
          apart,
          tokens: count - first,
        });
      }
      start += count;
    }
  }

  /** A copy of what a row has stored of its tokens, from `first` up to `end`. */
  async copy(row: number, first: number, end: number): Promise<StoredTokens> {
    const { keyValueHeads, headDim } = this.#shape;
    const size = (end - first) * headDim;
    const store = this.#memory;
    const copied = store.names.map((name): [string, Float32Array] => {
      const part = new Float32Array(keyValueHeads * size);
      for (const [head, values] of store.read(name, row, first, end).entries()) part.set(values, head * size);
      return [name, part];
    });
    return { tokens: end - first, values: new Map(copied) };
  }

  /**
   * Row i becomes what row `rows[i]` was. Of rows that were one, or began with the same, only what they do not share is
   * copied.
   */
  async select(rows: readonly number[]): Promise<void> {
    const before = this.#rows;
    const begun = this.#beginnings;
    const after = rows.flatMap((row) => before[row] ?? []);
    if (after.length !== rows.length) throw new Error(`the cache has ${before.length} rows, not ${rows}`);
    if (rows.length === before.length && rows.every((row, index) => row === index)) return;
    const moves = rowMoves(before, rows, (to, from) => sharedTokens(begun[to], begun[from]));
    const store = this.#memory;
    // All are read before any is written: a row may go where another comes from.
    const read = store.names.map((name) => ({
      name,
      parts: moves.map(({ from, start, length }) => store.read(name, from, start, length)),
    }));
    store.resize(after.length);
    for (const { name, parts } of read)
      for (const [index, { to, start }] of moves.entries()) store.write(name, to, start, parts[index] ?? []);
    markRepeated(before, rows);
    this.#rows = after;
    this.#setBeginnings([...rows.map((row) => begun[row] ?? []), ...begun.slice(after.length)]);
    const room = roomFor(after);
    if (2 * room <= store.room) this.#move(room);
  }

  /** Takes in copies of all rows of another cache of the same shape, behind its own; what is there already is not copied. */
  async join(other: KeyValueCache): Promise<void> {
    const before = this.rows;
    const after = [...this.#rows, ...other.#rows];
    this.#makeRoom(after);
    const store = this.#memory;
    const begun = this.#beginnings;
    store.resize(after.length);
    for (const [row, { length }] of other.#rows.entries()) {
      const start = sharedTokens(other.#beginnings[row], begun[before + row]);
      for (const name of store.names)
        store.write(name, before + row, start, other.#memory.read(name, row, start, length));
    }
    this.#rows = after;
    const own = Array.from({ length: before }, (_, row) => begun[row] ?? []);
    const joined = other.#rows.map((_, row) => other.#beginnings[row] ?? []);
    this.#setBeginnings([...own, ...joined, ...begun.slice(after.length)]);
  }

  /** Lets the memory go at once, not when the cache itself is collected. The cache cannot be used afterwards. */
  release(): void {
    const store = this.#store;
    if (store !== undefined) this.#spare?.give({ store, beginnings: this.#beginnings });
    this.#store = undefined;
    this.#rows = [];
  }

  get #memory(): RowStore {
    if (this.#store === undefined) throw new Error("the cache's memory was let go");
    return this.#store;
  }

  #makeRoom(rows: readonly CacheRow[]): void {
    const room = roomNeeded(rows);
    if (room > this.#memory.room) this.#move(room);
  }

  #move(room: number): void {
    this.#memory.move(this.lengths, room);
    this.#setBeginnings(this.#beginnings.slice(0, this.rows));
  }

  /** @param beginnings of rows, of which there may no longer be memory for the last */
  #setBeginnings(beginnings: readonly Beginning[]): void {
    this.#beginnings = beginnings.slice(0, this.#memory.rows);
  }
}
