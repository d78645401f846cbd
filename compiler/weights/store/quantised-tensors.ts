import type { TensorToWrite } from '../../../artifact/weights/safetensors.ts';
import { isSideBySide } from '../../../artifact/weights/weight-file.ts';
import { elementCount } from '../../../dsl/element-count.ts';
import type { QuantisedFormat } from '../../../dsl/precision.ts';
import type { QuantisationThreads } from '../../quantisation/quantisation-threads.ts';
import type { Chunk } from '../../quantisation/quantise-chunk.ts';
import type { StoredParameter } from '../../stored-parameter.ts';
import type { WeightSource } from '../match/match-weights.ts';
import type { WeightStorage } from './weight-storage.ts';
import { weightPieces, weightValues } from './weight-values.ts';

/** Weights in a chunk, or one row where a row has more: 4 MiB as float32. */
const CHUNK = 1 << 20;

/**
 * The rounding of rows by one scale each, as a share of their common values (`QuantisedRows.uneven`), up to which int8 is
 * kept so. Weights drawn from a normal distribution have 0.009.
 */
const MOST_UNEVEN = 0.04;

/** A weight that is to be written in its quantised form. */
export interface QuantisedWeight {
  readonly weight: StoredParameter;
  readonly format: QuantisedFormat;
  readonly block: number;
  /** Whether rows have one scale each and the numbers are kept `[in, out]`. */
  readonly perRow: boolean;
  /** Whether the weight is stored `[in, out]`. */
  readonly transposed: boolean;
  /** The names of its two tensors, and how the scales are kept. */
  readonly values: StoredParameter;
  readonly scales: StoredParameter;
  readonly scaleStorage: WeightStorage;
  readonly source: WeightSource | undefined;
  readonly seed: number;
}

/**
 * The two tensors of a quantised weight, to be written one after the other: the weight is read once, chunk by chunk,
 * while its values are written, and its scales are kept until their turn.
 * Of a weight with one scale a row the numbers are held until they are whole, as their rows are
 * written as columns: a byte a weight.
 */
export function quantisedTensors(
  order: QuantisedWeight,
  threads: QuantisationThreads,
  {
    onChunk,
    onUneven,
  }: {
    /** Called with the number of weights after each chunk. */
    readonly onChunk: (weights: number) => void;
    /** Called for a weight that loses much by one scale a row. */
    readonly onUneven: (weight: StoredParameter) => void;
  },
): readonly [values: TensorToWrite, scales: TensorToWrite] {
  const { values, scales, scaleStorage } = order;
  let kept = new Float32Array(0);
  let uneven = 0;
  const width = order.weight.shape[order.transposed ? 0 : 1] ?? 1;
  async function* quantised(): AsyncIterable<Uint8Array> {
    const out = scales.shape[0] ?? 0;
    // Columns are whole when the last rows are.
    const columns = order.perRow ? new Uint8Array(width * out) : undefined;
    let done = 0;
    kept = new Float32Array(elementCount(scales.shape));
    for await (const rows of threads.quantised(chunksOf(order, width))) {
      const blocks = Math.ceil(width / order.block);
      kept.set(rows.scales, done * blocks);
      const count = rows.scales.length / blocks;
      if (columns === undefined) yield rows.values;
      else putRows(columns, rows.values, { first: done, count, out });
      uneven += rows.uneven ?? 0;
      done += count;
      onChunk(Math.min(count * width, elementCount(order.weight.shape)));
    }
    if (columns !== undefined) yield columns;
    if (Math.sqrt(uneven / Math.max(1, done)) > MOST_UNEVEN) onUneven(order.weight);
  }
  async function* keptScales(): AsyncIterable<Float32Array> {
    yield kept;
    kept = new Float32Array(0);
  }
  return [
    {
      name: values.name,
      dtype: values.dtype,
      shape: values.shape,
      data: { pieces: quantised },
    },
    {
      name: scales.name,
      dtype: scaleStorage.dtype,
      shape: scales.shape,
      data: { pieces: () => scaleStorage.convert(keptScales()) },
    },
  ];
}

/** Puts rows that lie column by column beside those before them. */
function putRows(
  columns: Uint8Array,
  values: Uint8Array,
  { first, count, out }: { readonly first: number; readonly count: number; readonly out: number },
): void {
  for (let column = 0; column * out < columns.length; column++)
    columns.set(values.subarray(column * count, (column + 1) * count), column * out + first);
}

async function* chunksOf(
  { weight, format, block, perRow, transposed, source, seed }: QuantisedWeight,
  width: number,
): AsyncIterable<Chunk> {
  const rows = Math.max(1, Math.floor(CHUNK / width));
  const total = elementCount(weight.shape);
  const origin = source && { name: source.name, path: source.file.path };
  const tensor = source?.file.tensor(source.name);
  if (transposed) {
    const turned = turn(await weightValues(weight, source, seed), width);
    for (let before = 0; before < total; before += rows * width) {
      // Checked where they were read.
      const piece = turned.slice(before, before + rows * width);
      yield { format, width, block, perRow, origin: undefined, before, rows: piece };
    }
    return;
  }
  const whole = source?.rows === undefined || source.rows.count === weight.shape[0];
  if (tensor !== undefined && isSideBySide(tensor) && whole) {
    const start = (source?.rows?.first ?? 0) * width;
    for (let before = 0; before < total; before += rows * width) {
      const count = Math.min(rows * width, total - before);
      yield { format, width, block, perRow, origin, before, rows: { tensor, first: start + before, count } };
    }
    return;
  }
  let before = 0;
  let rest = new Float32Array(0);
  for await (const piece of weightPieces(weight, source, seed)) {
    const joined = new Float32Array(rest.length + piece.length);
    joined.set(rest);
    joined.set(piece, rest.length);
    let used = 0;
    for (; joined.length - used >= width; ) {
      const count = Math.min(rows, Math.floor((joined.length - used) / width)) * width;
      // Checked where they were read.
      yield {
        format,
        width,
        block,
        perRow,
        origin: undefined,
        before,
        rows: joined.slice(used, used + count),
      };
      used += count;
      before += count;
    }
    rest = joined.slice(used);
  }
}

/** A matrix of `rows` rows with its columns side by side. */
function turn(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return turned;
}
