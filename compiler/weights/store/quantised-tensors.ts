import type { TensorToWrite } from '../../../artifact/weights/safetensors.ts';
import { isSideBySide } from '../../../artifact/weights/weight-file.ts';
import { elementCount } from '../../../dsl/element-count.ts';
import type { QuantisedFormat } from '../../../dsl/precision.ts';
import { BLOCK_FORMATS } from '../../quantisation/block-format.ts';
import type { QuantisationThreads } from '../../quantisation/quantisation-threads.ts';
import { type Chunk, countOf } from '../../quantisation/quantise-chunk.ts';
import { memoryOf, type QuantisedRows, rowsIn } from '../../quantisation/quantise-rows.ts';
import type { SharedMemory } from '../../quantisation/shared-memory.ts';
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
    memory,
    onChunk,
    onUneven,
  }: {
    /** For weights that are held until they are whole, one at a time. */
    readonly memory: SharedMemory;
    /** Called with the number of weights after each chunk. */
    readonly onChunk: (weights: number) => void;
    /** Called for a weight that loses much by one scale a row. */
    readonly onUneven: (weight: StoredParameter) => void;
  },
): readonly [values: TensorToWrite, scales: TensorToWrite] {
  const { values, scales, scaleStorage } = order;
  let kept: Float32Array = new Float32Array(0);
  let uneven = 0;
  const width = order.weight.shape[order.transposed ? 0 : 1] ?? 1;
  const blocks = Math.ceil(width / order.block);
  async function* quantised(): AsyncIterable<Uint8Array> {
    const whole = order.perRow ? wholeIn(memory, order, width) : undefined;
    kept = new Float32Array(elementCount(scales.shape));
    let done = 0;
    const chunks = chunksOf(order, width);
    for await (const rows of threads.quantised(whole === undefined ? chunks : chunksInto(whole, chunks))) {
      if (whole === undefined) {
        kept.set(rows.scales, done * blocks);
        yield rows.values;
      }
      const count = countOf(rows.chunk);
      uneven += rows.uneven ?? 0;
      done += count / width;
      onChunk(count);
    }
    // Columns are whole when the last rows are.
    if (whole !== undefined) {
      kept.set(whole.scales);
      yield whole.values;
      memory.give(whole.memory);
    }
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

/** All rows of a weight. */
interface WholeWeight extends Pick<QuantisedRows, 'values' | 'scales'> {
  readonly memory: SharedArrayBuffer;
  readonly rows: number;
}

/** Where threads put rows whose numbers are to lie column by column. */
function wholeIn(shared: SharedMemory, { weight, ...order }: QuantisedWeight, width: number): WholeWeight {
  const format = BLOCK_FORMATS[order.format];
  const layout = { width, block: order.block, perRow: true };
  const count = elementCount(weight.shape);
  const memory = shared.take(memoryOf(format, count, layout));
  return { memory, rows: count / width, ...rowsIn(memory, format, count, layout) };
}

async function* chunksInto(
  { memory, rows }: WholeWeight,
  chunks: AsyncIterable<Chunk>,
): AsyncIterable<Chunk> {
  for await (const chunk of chunks)
    yield { ...chunk, into: { memory, rows, first: chunk.before / chunk.width } };
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
