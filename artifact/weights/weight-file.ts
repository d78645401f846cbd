import { quoted } from '../quoted.ts';
import { UserError } from '../user-error.ts';
import { readRange, withFile } from './file-access.ts';
import { STORED_BYTES, type StoredData, type StoredDtype, viewAs } from './stored-dtype.ts';
import { gatherStrided, isContiguous, spanOf } from './strided.ts';
import { toFloat32 } from './to-float32.ts';

/** A tensor of a weight file: what it is and where its bytes are. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  /** The file that holds its bytes: one shard of many, perhaps. */
  readonly path: string;
  /** The place of its first element, in bytes from the start of the file. */
  readonly offset: number;
  /** Its length in bytes, were its elements to lie side by side. */
  readonly bytes: number;
  /** Elements from one index of each axis to the next; absent where they lie side by side, the last axis fastest. */
  readonly strides?: readonly number[];
}

/** A tensor that is listed but cannot be used: `tensor` says why when somebody asks for it. */
export interface UnusableTensor {
  readonly name: string;
  /** The end of a sentence that begins with the tensor: `is F8_E4M3, which is not supported; convert it to …`. */
  readonly problem: string;
}

/** Where a file says what is in it, apart from the values. */
export interface FileHeader {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Consecutive rows of a tensor's first axis. */
export interface Rows {
  readonly first: number;
  readonly count: number;
}

/**
 * Weights by name, whatever their format: one safetensors file, a PyTorch checkpoint, or an index and its shards.
 * Opening one reads headers alone; values are read when they are asked for, by range.
 */
export interface WeightFile {
  /** What the user gave. */
  readonly path: string;
  /** The names of all tensors, in the order of the file. */
  readonly names: readonly string[];
  /** What the reader found and left aside, a sentence each, to be shown to the user. */
  readonly notes: readonly string[];
  /** The header of every file that holds tensors. */
  readonly headers: readonly FileHeader[];
  has(name: string): boolean;
  /** Throws a UserError when there is no such tensor, or its dtype is one that nothing can be done with. */
  tensor(name: string): StoredTensor;
  /** Reads one tensor's bytes and nothing else. */
  read(name: string): Promise<StoredData>;
  /** `read` for floats and integers of any width, as float32. Throws a UserError for bools. */
  readFloat32(name: string): Promise<Float32Array>;
  /**
   * `readFloat32` in pieces of a few MiB, in order, so that memory does not grow with the tensor. A tensor whose
   * elements do not lie side by side is read whole.
   *
   * @param rows which rows of the first axis; all of them by default
   */
  float32Pieces(name: string, rows?: Rows): AsyncIterable<Float32Array>;
}

/** Elements in a piece: 4 MiB as float32. */
const PIECE = 1 << 20;

/** The weight file whose tensors a format's reader has found. Names are those of the file, in its order. */
export function weightFile(
  path: string,
  tensors: Iterable<StoredTensor | UnusableTensor>,
  header: Omit<FileHeader, 'path'>,
  notes: readonly string[] = [],
): WeightFile {
  const byName = new Map([...tensors].map((tensor) => [tensor.name, tensor]));
  const tensor = (name: string): StoredTensor => {
    const found = byName.get(name);
    if (found === undefined) throw new UserError(`${path} has no tensor ${quoted(name)}.`);
    if ('problem' in found) throw new UserError(`Tensor ${quoted(name)} of ${path} ${found.problem}.`);
    return found;
  };
  const read = async (name: string): Promise<StoredData> => {
    const found = tensor(name);
    return isSideBySide(found) ? readElements(found, 0, elementsOf(found)) : readStrided(found);
  };
  async function* pieces(name: string, rows?: Rows): AsyncIterable<Float32Array> {
    const found = tensor(name);
    const rowSize = found.shape.slice(1).reduce((product, size) => product * size, 1);
    const begin = rows === undefined ? 0 : rows.first * rowSize;
    const end = rows === undefined ? elementsOf(found) : begin + rows.count * rowSize;
    const numbers = (data: StoredData) => toFloat32(data, found, path);
    if (!isSideBySide(found)) {
      yield numbers(await readStrided(found)).subarray(begin, end);
      return;
    }
    for (let first = begin; first < end; first += PIECE) {
      yield numbers(await readElements(found, first, Math.min(PIECE, end - first)));
    }
  }
  return {
    path,
    names: [...byName.keys()],
    notes,
    headers: [{ path, ...header }],
    has: (name) => byName.has(name),
    tensor,
    read,
    readFloat32: async (name) => toFloat32(await read(name), tensor(name), path),
    float32Pieces: pieces,
  };
}

/** Whether a tensor's bytes are one run of the file, in the order of its elements. */
export function isSideBySide({ shape, strides }: StoredTensor): boolean {
  return strides === undefined || isContiguous(shape, strides);
}

function elementsOf({ bytes, dtype }: StoredTensor): number {
  return bytes / STORED_BYTES[dtype];
}

async function readElements(tensor: StoredTensor, first: number, count: number): Promise<StoredData> {
  const { path, dtype, offset } = tensor;
  const width = STORED_BYTES[dtype];
  const bytes = await withFile(path, (file) => readRange(file, path, offset + first * width, count * width));
  return viewAs(dtype, bytes);
}

async function readStrided(tensor: StoredTensor): Promise<StoredData> {
  const { shape, strides = [], dtype } = tensor;
  const span = await readElements(tensor, 0, spanOf(shape, strides));
  return gatherStrided(span, shape, strides, viewAs(dtype, new ArrayBuffer(tensor.bytes)));
}
