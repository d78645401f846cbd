import { Tensor } from 'onnxruntime-common';
import { type CacheShape, storedNames } from './stored-tokens.ts';

/** Numbers of a row, head by head. */
export type RowValues = readonly Float32Array[];

/** Where the numbers of a row's heads stand within others. */
export type HeadsWithin = {
  readonly values: Float32Array;
  /** Of the first head the first number, and from head to head how many further it is. */
  readonly first: number;
  readonly apart: number;
  /** Tokens of each head, which follow each other. */
  readonly tokens: number;
};

/** So few numbers are sooner written one by one than by a view of them. */
const FEW = 512;

/**
 * Memory for keys and values of rows, of each layer `[rows, keyValueHeads, room, headDim]`: places of rows, without what is
 * known of the texts in them. There may be memory for more rows than are in use.
 */
export class RowStore {
  readonly names: readonly string[];
  readonly #shape: CacheShape;
  readonly #stored: Map<string, Float32Array>;
  /** The first rows as a run takes them, as long as they lie in the same memory, and how many they are. */
  #feeds: { readonly rows: number; readonly tensors: Readonly<Record<string, Tensor>> } | undefined;
  #room = 0;

  constructor(shape: CacheShape) {
    this.#shape = shape;
    this.names = storedNames(shape);
    this.#stored = new Map(this.names.map((name) => [name, new Float32Array(0)]));
  }

  /** Places of each row. */
  get room(): number {
    return this.#room;
  }

  /** Rows for which there is memory. */
  get rows(): number {
    const [values] = this.#stored.values();
    return this.#room === 0 ? 0 : Math.floor((values?.length ?? 0) / this.#rowSize());
  }

  /** Bytes held. */
  get bytes(): number {
    let bytes = 0;
    for (const { byteLength } of this.#stored.values()) bytes += byteLength;
    return bytes;
  }

  /** Of a name the first rows, as they lie in memory. */
  view(name: string, rows: number): Float32Array {
    return this.#valuesOf(name).subarray(0, rows * this.#rowSize());
  }

  /** `past_key.{i}` and `past_value.{i}` of the first rows, `[rows, keyValueHeads, room, headDim]`, as they lie in memory. */
  feeds(rows: number): Readonly<Record<string, Tensor>> {
    if (this.#feeds?.rows === rows) return this.#feeds.tensors;
    const { keyValueHeads, headDim } = this.#shape;
    const dims = [rows, keyValueHeads, this.#room, headDim];
    const tensors = Object.fromEntries(
      this.names.map((name) => [`past_${name}`, new Tensor('float32', this.view(name, rows), dims)]),
    );
    this.#feeds = { rows, tensors };
    return tensors;
  }

  /** For each head of a row a copy of what is stored from place `start` up to `end`. */
  read(name: string, row: number, start: number, end: number): RowValues {
    const { keyValueHeads, headDim } = this.#shape;
    const values = this.#valuesOf(name);
    return Array.from({ length: keyValueHeads }, (_, head) => {
      const first = (row * keyValueHeads + head) * this.#room;
      return values.slice((first + start) * headDim, (first + end) * headDim);
    });
  }

  /** Writes behind place `start` of a row. */
  write(name: string, row: number, start: number, heads: RowValues): void {
    const { keyValueHeads, headDim } = this.#shape;
    const values = this.#valuesOf(name);
    for (const [head, part] of heads.entries())
      values.set(part, ((row * keyValueHeads + head) * this.#room + start) * headDim);
  }

  /** The same of numbers that stand within others. */
  writeFrom(name: string, row: number, start: number, { values, first, apart, tokens }: HeadsWithin): void {
    const { keyValueHeads, headDim } = this.#shape;
    const stored = this.#valuesOf(name);
    const size = tokens * headDim;
    for (let head = 0; head < keyValueHeads; head++) {
      const from = first + head * apart;
      const to = ((row * keyValueHeads + head) * this.#room + start) * headDim;
      if (size > FEW) stored.set(values.subarray(from, from + size), to);
      else for (let index = 0; index < size; index++) stored[to + index] = values[from + index] ?? 0;
    }
  }

  /** Sets a row's places from `start` on to zero. */
  clear(row: number, start: number): void {
    const { keyValueHeads, headDim } = this.#shape;
    for (const values of this.#stored.values())
      for (let head = row * keyValueHeads; head < (row + 1) * keyValueHeads; head++)
        values.fill(0, (head * this.#room + start) * headDim, (head + 1) * this.#room * headDim);
  }

  /** Memory for so many rows at least, and for no more than twice as many; those that there are stay. */
  resize(rows: number): void {
    const length = rows * this.#rowSize();
    for (const [name, values] of this.#stored) {
      if (values.length >= length && values.length <= 2 * length) continue;
      const other = new Float32Array(length);
      other.set(values.subarray(0, length));
      this.#stored.set(name, other);
      this.#feeds = undefined;
    }
  }

  /** Moves rows of these lengths, and no others, into rows of another room. */
  move(lengths: readonly number[], room: number): void {
    const { keyValueHeads, headDim } = this.#shape;
    for (const [name, values] of this.#stored) {
      const moved = new Float32Array(lengths.length * this.#rowSize(room));
      for (const [row, length] of lengths.entries()) {
        for (let head = row * keyValueHeads; head < (row + 1) * keyValueHeads; head++) {
          const start = head * this.#room * headDim;
          moved.set(values.subarray(start, start + length * headDim), head * room * headDim);
        }
      }
      this.#stored.set(name, moved);
    }
    this.#room = room;
    this.#feeds = undefined;
  }

  #rowSize(room = this.#room): number {
    return this.#shape.keyValueHeads * room * this.#shape.headDim;
  }

  #valuesOf(name: string): Float32Array {
    return this.#stored.get(name) ?? new Float32Array(0);
  }
}
