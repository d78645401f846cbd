import type { TensorToWrite } from '../../../artifact/weights/safetensors.ts';
import { isSideBySide } from '../../../artifact/weights/weight-file.ts';
import { elementCount } from '../../../dsl/element-count.ts';
import type { QuantisedFormat } from '../../../dsl/precision.ts';
import { BLOCK_FORMATS } from '../../quantisation/block-format.ts';
import type { QuantisationThreads, QuantisedChunk } from '../../quantisation/quantisation-threads.ts';
import { type Chunk, countOf } from '../../quantisation/quantise-chunk.ts';
import { memoryOf, type QuantisedRows, rowsIn } from '../../quantisation/quantise-rows.ts';
import { SharedMemory } from '../../quantisation/shared-memory.ts';
import type { StoredParameter } from '../../stored-parameter.ts';
import type { WeightSource } from '../match/match-weights.ts';
import type { WeightStorage } from './weight-storage.ts';
import { weightPieces, weightValues } from './weight-values.ts';

/** Weights in a chunk that a thread reads itself, or one row where a row has more. */
const CHUNK = 1 << 21;
/** The same of weights that are in memory, of which a thread gets a copy: 4 MiB as float32. */
const COPIED = 1 << 20;

/** Bytes of a weight held whole that are written at once. */
const PIECE = 1 << 20;

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

/** What is told of weights while they are quantised. */
export interface QuantisingEvents {
  /** Called with the number of weights after each chunk. */
  readonly onChunk: (weights: number) => void;
  /** Called for a weight that loses much by one scale a row. */
  readonly onUneven: (weight: StoredParameter) => void;
}

/**
 * The tensors of quantised weights, two of each, whose values are to be written in the order of the weights, and the
 * scales of each some time after its values: a weight is read once, chunk by chunk, while its values are written, and its
 * scales are kept until their turn. While one is written the next is begun.
 * Of a weight with one scale a row the numbers are held until they are whole, as their rows are
 * written as columns: a byte a weight.
 */
export class QuantisedTensors implements AsyncDisposable {
  readonly tensors: readonly TensorToWrite[];
  readonly #events: QuantisingEvents;
  /** The chunks of all weights, quantised, one after the other. */
  readonly #rows: AsyncGenerator<QuantisedChunk>;
  /** For weights that are held until they are whole. */
  readonly #memory = new SharedMemory();
  readonly #wholes = new Map<QuantisedWeight, WholeWeight>();

  constructor(weights: readonly QuantisedWeight[], threads: QuantisationThreads, events: QuantisingEvents) {
    this.#events = events;
    this.#rows = threads.quantised(this.#chunksOfAll(weights));
    this.tensors = weights.flatMap((each) => this.#tensorsOf(each));
  }

  /** Lets go of what is under way, and of the files that are being read. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rows.return(undefined);
  }

  #tensorsOf(order: QuantisedWeight): readonly [values: TensorToWrite, scales: TensorToWrite] {
    const { values, scales, scaleStorage } = order;
    const kept = { scales: new Float32Array(0) };
    async function* keptScales(): AsyncIterable<Float32Array> {
      yield kept.scales;
      kept.scales = new Float32Array(0);
    }
    return [
      {
        name: values.name,
        dtype: values.dtype,
        shape: values.shape,
        data: { pieces: () => this.#values(order, kept) },
      },
      {
        name: scales.name,
        dtype: scaleStorage.dtype,
        shape: scales.shape,
        data: { pieces: () => scaleStorage.convert(keptScales()) },
      },
    ];
  }

  /** A weight's numbers; its scales are kept. */
  async *#values(order: QuantisedWeight, kept: { scales: Float32Array }): AsyncIterable<Uint8Array> {
    const { weight, scales, perRow } = order;
    kept.scales = new Float32Array(elementCount(scales.shape));
    const total = elementCount(weight.shape);
    const width = widthOf(order);
    const blocks = Math.ceil(width / order.block);
    let uneven = 0;
    for (let done = 0; done < total; ) {
      const next = await this.#rows.next();
      if (next.done === true) throw new Error(`weight ${weight.name} ends early`);
      const rows = next.value;
      if (!perRow) {
        kept.scales.set(rows.scales, (done / width) * blocks);
        yield rows.values;
      }
      const count = countOf(rows.chunk);
      uneven += rows.uneven ?? 0;
      done += count;
      this.#events.onChunk(count);
    }
    // Columns are whole when the last rows are.
    const whole = this.#wholes.get(order);
    if (whole !== undefined) {
      this.#wholes.delete(order);
      kept.scales.set(whole.scales);
      // What is hashed is still near when it is written.
      for (let from = 0; from < whole.values.length; from += PIECE)
        yield whole.values.subarray(from, from + PIECE);
      this.#memory.give(whole.memory);
    }
    if (Math.sqrt(uneven / Math.max(1, total / width)) > MOST_UNEVEN) this.#events.onUneven(weight);
  }

  async *#chunksOfAll(weights: readonly QuantisedWeight[]): AsyncIterable<Chunk> {
    for (const each of weights) {
      const width = widthOf(each);
      if (!each.perRow) {
        yield* chunksOf(each, width);
        continue;
      }
      const whole = wholeIn(this.#memory, each, width);
      this.#wholes.set(each, whole);
      yield* chunksInto(whole, chunksOf(each, width));
    }
  }
}

/** Weights of a row. */
function widthOf({ weight, transposed }: QuantisedWeight): number {
  return weight.shape[transposed ? 0 : 1] ?? 1;
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
  const rowsOf = (chunk: number) => Math.max(1, Math.floor(chunk / width));
  const rows = rowsOf(COPIED);
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
    const most = rowsOf(CHUNK) * width;
    for (let before = 0; before < total; before += most) {
      const count = Math.min(most, total - before);
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
