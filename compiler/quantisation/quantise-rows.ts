import { growTo, openAssembly } from '../../artifact/open-assembly.ts';
import { STORED_BYTES } from '../../artifact/weights/stored-dtype.ts';
import type { BlockFormat } from './block-format.ts';
import { QUANTISE } from './quantise-module.ts';

export interface QuantisedRows {
  readonly values: Uint8Array;
  readonly scales: Float32Array;
  /**
   * Where rows have one scale each: how far rounding moves a number, as a share of what the numbers of its row commonly
   * are, squared and added up over the rows. Large where one value outweighs its row.
   */
  readonly uneven?: number;
}

/** Weights that are not in memory yet. */
export interface UnreadWeights {
  readonly dtype: keyof typeof KINDS;
  readonly count: number;
  /** Fills memory with their bytes, from so many weights on. */
  readonly read: (memory: Uint8Array, from: number) => void;
}

/** What `assembly/quantise.ts` exports; numbers are places in its memory, counts, and a kind of `KINDS`. */
interface QuantiseModule {
  readonly memory: WebAssembly.Memory;
  quantise(
    kind: number,
    bits: number,
    weights: number,
    rows: number,
    width: number,
    block: number,
    values: number,
    scales: number,
    magnitudes: number,
    room: number,
  ): number;
  turn(values: number, rows: number, width: number, to: number, pitch: number): void;
}

/** How weights may lie in memory, by the numbers that the module has for it. */
const KINDS = { float32: 0, float16: 1, bfloat16: 2 };

/** What the module writes beyond the end of a block. */
const SPARE = 128;
/** What it needs besides a block's weights. */
const ROOM = 4096;
/** A line of cache. */
const ALIGNMENT = 64;
/** Weights that are read before they are quantised, or one row: they stay in a core's own cache. */
const AT_ONCE = 1 << 17;
/** Rows that are turned into columns together. */
const TURNED_AT_ONCE = 8;
/** What errors say that WebAssembly is taken for. */
const DOES = 'Quantising';

/** One for each thread. Its memory is as large as the largest chunk. */
let module: QuantiseModule | undefined;

export interface RowLayout {
  /** Weights of a row. */
  readonly width: number;
  /** Weights of a row that share a scale, at most 65,536. */
  readonly block: number;
  /** Whether rows have one scale each and their numbers are to lie column by column, signed. Default false. */
  readonly perRow?: boolean;
}

/** Where rows are put: among the `rows` that `memory` is for (`memoryOf`), from `first` on. */
export interface Destination {
  readonly memory: SharedArrayBuffer;
  readonly rows: number;
  readonly first: number;
}

/**
 * Quantises whole rows of a weight, in WebAssembly (`assembly/quantise.ts`). In each block the weight farthest from zero
 * is put at the lowest number; then the scale is set to what makes the squared error smallest with the numbers found.
 *
 * @param weights rows of finite numbers, one after the other
 * @param into where the numbers and the scales are put; new memory unless told
 * @returns all that is in that memory, and how uneven the rows are that were put there
 * @throws RangeError for a weight that is no finite number
 * @throws UserError where WebAssembly or its memory is not to be had
 */
export function quantiseRows(
  format: BlockFormat,
  weights: Float32Array | UnreadWeights,
  layout: RowLayout,
  into?: Destination,
): QuantisedRows {
  const { width, block, perRow = false } = layout;
  const { dtype, count, read } = weights instanceof Float32Array ? inMemory(weights) : weights;
  const rows = count / width;
  const { memory, first, rows: all } = into ?? newMemory(format, rows, layout);
  const quantised = rowsIn(memory, format, all * width, layout);
  const atOnce = Math.min(rows, rowsAtOnce(layout));
  const [bytes, blocks] = [bytesOfNumbers(format, width, layout), Math.ceil(width / block)];
  let end = ALIGNMENT;
  const place = (size: number): number => {
    const at = end;
    end += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    return at;
  };
  const room = place(4 * block + ROOM);
  const from = place(STORED_BYTES[dtype] * atOnce * width);
  const scales = place(4 * atOnce * blocks);
  const magnitudes = perRow ? place(8 * rows) : 0;
  const values = place(atOnce * bytes + SPARE);
  const turned = perRow ? place(rows * bytes) : values;

  module ??= openAssembly<QuantiseModule>(QUANTISE, DOES);
  growTo(module.memory, end, DOES);
  const { buffer } = module.memory;
  for (let row = 0; row < rows; row += atOnce) {
    const some = Math.min(atOnce, rows - row);
    read(new Uint8Array(buffer, from, STORED_BYTES[dtype] * some * width), row * width);
    const broken = module.quantise(
      ...[KINDS[dtype], format.bits, from, some, width, block],
      ...[values, scales, perRow ? magnitudes + 8 * row : 0, room],
    );
    if (broken >= 0) throw new RangeError(`row ${row + broken} has a weight that is no finite number`);
    if (perRow) module.turn(values, some, width, turned + row, rows);
    else quantised.values.set(new Uint8Array(buffer, values, some * bytes), (first + row) * bytes);
    quantised.scales.set(new Float32Array(buffer, scales, some * blocks), (first + row) * blocks);
  }
  if (!perRow) return quantised;
  putColumns(new Uint8Array(buffer, turned, rows * width), rows, quantised.values, all, first);
  const its = quantised.scales.subarray(first, first + rows);
  return { ...quantised, uneven: unevenness(its, new Float64Array(buffer, magnitudes, rows), width) };
}

function newMemory(format: BlockFormat, rows: number, layout: RowLayout): Destination {
  const memory = new SharedArrayBuffer(memoryOf(format, rows * layout.width, layout));
  return { memory, rows, first: 0 };
}

/** Rows that are read before they are quantised. */
function rowsAtOnce({ width, perRow }: RowLayout): number {
  const rows = Math.max(1, Math.floor(AT_ONCE / width));
  return perRow ? Math.ceil(rows / TURNED_AT_ONCE) * TURNED_AT_ONCE : rows;
}

/** Puts columns of so many rows among those of all, beside the rows before them. */
function putColumns(columns: Uint8Array, rows: number, into: Uint8Array, all: number, first: number): void {
  if (rows === all) return into.set(columns);
  for (let from = 0, to = first; from < columns.length; from += rows, to += all)
    into.set(columns.subarray(from, from + rows), to);
}

/** Bytes that quantised rows of so many weights take, numbers and scales. */
export function memoryOf(format: BlockFormat, count: number, layout: RowLayout): number {
  return (
    scalesAt(format, count, layout) + 4 * (count / layout.width) * Math.ceil(layout.width / layout.block)
  );
}

/** The numbers and the scales of so many weights where `quantiseRows` puts them. */
export function rowsIn(
  memory: ArrayBuffer | SharedArrayBuffer,
  format: BlockFormat,
  count: number,
  layout: RowLayout,
): Pick<QuantisedRows, 'values' | 'scales'> {
  const { width, block } = layout;
  const blocks = (count / width) * Math.ceil(width / block);
  return {
    values: new Uint8Array(memory, 0, bytesOfNumbers(format, count, layout)),
    scales: new Float32Array(memory, scalesAt(format, count, layout), blocks),
  };
}

function scalesAt(format: BlockFormat, count: number, layout: RowLayout): number {
  return Math.ceil(bytesOfNumbers(format, count, layout) / ALIGNMENT) * ALIGNMENT;
}

/** What the numbers of whole rows take. */
function bytesOfNumbers({ bits }: BlockFormat, count: number, { width, block }: RowLayout): number {
  return ((count / width) * Math.ceil(width / block) * block * bits) / 8;
}

function inMemory(weights: Float32Array): UnreadWeights {
  const bytes = new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength);
  const read = (memory: Uint8Array, from: number) =>
    memory.set(bytes.subarray(4 * from, 4 * from + memory.length));
  return { dtype: 'float32', count: weights.length, read };
}

/** Half a step, the most that rounding moves a number, is this times the step on average (root mean square). */
const ROUNDING = 1 / Math.sqrt(12);
/** The root mean square of normal numbers to their mean magnitude, which one large value hardly moves. */
const COMMON = Math.sqrt(Math.PI / 2);

/** How much the common values of rows lose by one scale each (`QuantisedRows.uneven`). */
function unevenness(scales: Float32Array, magnitudes: Float64Array, width: number): number {
  return magnitudes.reduce((uneven, sum, row) => {
    if (sum === 0) return uneven;
    return uneven + (Math.abs(scales[row] ?? 0) * ROUNDING * width) ** 2 / (COMMON * sum) ** 2;
  }, 0);
}

export function isQuantisable(dtype: string): dtype is UnreadWeights['dtype'] {
  return Object.hasOwn(KINDS, dtype);
}
