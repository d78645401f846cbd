import { Tensor } from '../onnx-runtime.ts';

export type CacheShape = {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
};

/** Places by which the room grows: each time all that is stored is copied, and unused room is looked at in vain. */
const STEP = 64;

/**
 * Keys and values of the tokens read so far, with room for more: for each layer `[rows, keyValueHeads, room, headDim]`.
 * The language graph reads the whole room, of which `mask` says what counts, and gives the keys and values of new
 * tokens alone; they are written behind the others, so that a step copies nothing of what is there.
 *
 * A step is `feeds`, the run, then `append`. Rows are repeated, put in another order or dropped by `select`.
 */
export class KeyValueCache {
  readonly #shape: CacheShape;
  readonly #mostLength: number;
  readonly #stored: Map<string, Float32Array>;
  #rows: number;
  #room = 0;
  #length = 0;
  /** For each row which places hold a real token: 1 or 0 for the whole room. */
  #masks: Uint8Array[];
  /** What was appended first is equal in rows of one prompt: for each row its prompt, and the places that it takes. */
  #prompts: readonly number[] = [];
  #promptLength = 0;

  /**
   * @param rows Rows to begin with.
   * @param mostLength Tokens that a row may come to have; one more throws.
   */
  constructor(shape: CacheShape, { rows, mostLength }: { rows: number; mostLength: number }) {
    this.#shape = shape;
    this.#rows = rows;
    this.#mostLength = mostLength;
    this.#masks = Array.from({ length: rows }, () => new Uint8Array(0));
    this.#stored = new Map(
      Array.from({ length: shape.layers }, (_, layer) => [`key.${layer}`, `value.${layer}`])
        .flat()
        .map((name) => [name, new Float32Array(0)]),
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
    let bytes = 0;
    for (const { byteLength } of this.#stored.values()) bytes += byteLength;
    return bytes;
  }

  /** Which places of a row's room hold real tokens: not padding, and not what is still unused. */
  mask(row: number): Uint8Array {
    return this.#masks[row] ?? new Uint8Array(this.#room);
  }

  /** `past_key.{i}` and `past_value.{i}` of the next run. */
  feeds(): Record<string, Tensor> {
    const { keyValueHeads, headDim } = this.#shape;
    const dims = [this.#rows, keyValueHeads, this.#room, headDim];
    const size = this.#rows * this.#rowSize();
    const feeds: Record<string, Tensor> = {};
    for (const [name, values] of this.#stored)
      feeds[`past_${name}`] = new Tensor('float32', values.subarray(0, size), dims);
    return feeds;
  }

  /**
   * Takes in what a run gave for its new tokens.
   *
   * @param outputs `new_key.{i}` and `new_value.{i}` `[rows, keyValueHeads, text, headDim]`.
   * @param real For each row which of the new tokens are real: 1, and 0 for padding.
   */
  append(outputs: Readonly<Record<string, Tensor>>, real: readonly Uint8Array[]): void {
    const text = real[0]?.length ?? 0;
    this.#makeRoom(this.#length + text);
    const { keyValueHeads, headDim } = this.#shape;
    const size = text * headDim;
    for (const [name, values] of this.#stored) {
      const added = outputs[`new_${name}`]?.data;
      if (!(added instanceof Float32Array && added.length === this.#rows * keyValueHeads * size)) {
        throw new Error(`the language graph gave no float32 new_${name} of ${text} tokens`);
      }
      for (let head = 0; head < this.#rows * keyValueHeads; head++) {
        const place = (head * this.#room + this.#length) * headDim;
        values.set(added.subarray(head * size, (head + 1) * size), place);
      }
    }
    for (const [row, mask] of this.#masks.entries()) mask.set(real[row] ?? [], this.#length);
    if (this.#length === 0) {
      this.#prompts = this.#masks.map((_, row) => row);
      this.#promptLength = text;
    }
    this.#length += text;
  }

  /** Row i becomes what row `rows[i]` was. Of rows with one prompt only what follows it is copied. */
  select(rows: readonly number[]): void {
    const moves = [...rows.entries()]
      .filter(([to, from]) => to !== from)
      .map(([to, from]) => {
        const start = this.#prompts[to] === this.#prompts[from] ? this.#promptLength : 0;
        return { to, from, start };
      });
    for (const [name, values] of this.#stored) {
      // All are read before any is written: a row may go where another comes from.
      const parts = moves.map(({ from, start }) => this.#read(values, from, start));
      const target = enlarged(values, rows.length * this.#rowSize());
      for (const [index, { to, start }] of moves.entries())
        this.#write(target, to, start, parts[index] ?? []);
      this.#stored.set(name, target);
    }
    this.#masks = rows.map((row) => this.mask(row).slice());
    this.#prompts = rows.map((row) => this.#prompts[row] ?? row);
    this.#rows = rows.length;
  }

  /** Lets the memory go at once, not when the cache itself is collected. The cache cannot be used afterwards. */
  release(): void {
    this.#stored.clear();
    this.#masks = [];
    this.#rows = 0;
    this.#length = 0;
  }

  #rowSize(room = this.#room): number {
    return this.#shape.keyValueHeads * room * this.#shape.headDim;
  }

  #makeRoom(length: number): void {
    if (length <= this.#room) return;
    if (length > this.#mostLength) {
      throw new Error(`the cache has room for ${this.#mostLength} tokens and ${length} are needed`);
    }
    const room = Math.min(this.#mostLength, Math.ceil(length / STEP) * STEP);
    const before = this.#room;
    const { keyValueHeads, headDim } = this.#shape;
    for (const [name, values] of this.#stored) {
      const larger = new Float32Array(this.#rows * this.#rowSize(room));
      for (let head = 0; head < this.#rows * keyValueHeads; head++) {
        const start = head * before * headDim;
        larger.set(values.subarray(start, start + this.#length * headDim), head * room * headDim);
      }
      this.#stored.set(name, larger);
    }
    this.#masks = this.#masks.map((mask) => {
      const larger = new Uint8Array(room);
      larger.set(mask);
      return larger;
    });
    this.#room = room;
  }

  /** For each head of a row what is stored from `start` on. */
  #read(values: Float32Array, row: number, start: number): Float32Array[] {
    return this.#places(row, start).map(([from, to]) => values.slice(from, to));
  }

  #write(values: Float32Array, row: number, start: number, parts: readonly Float32Array[]): void {
    for (const [head, [from]] of this.#places(row, start).entries()) values.set(parts[head] ?? [], from);
  }

  #places(row: number, start: number): [from: number, to: number][] {
    const { keyValueHeads, headDim } = this.#shape;
    return Array.from({ length: keyValueHeads }, (_, head) => {
      const first = (row * keyValueHeads + head) * this.#room;
      return [(first + start) * headDim, (first + this.#length) * headDim];
    });
  }
}

/** The same values with room for `length` of them, at least. */
function enlarged(values: Float32Array, length: number): Float32Array {
  if (values.length >= length) return values;
  const larger = new Float32Array(length);
  larger.set(values);
  return larger;
}
