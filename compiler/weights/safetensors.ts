import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { BYTES_PER_ELEMENT, type Dtype } from '../../dsl/dtype.ts';
import { UserError } from '../artifact/user-error.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.ts';
import {
  formatDtype,
  type HeaderEntry,
  LARGEST_HEADER,
  parseSafetensorsHeader,
} from './safetensors-header.ts';

/** A tensor of a safetensors file: what it is and where in the file its bytes are. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The place of its first byte, from the start of the file. */
  readonly offset: number;
  /** Its length in bytes. */
  readonly bytes: number;
}

/** Values as they are stored: half-precision floats are their bits, a bool is one byte. */
export type StoredData = Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array | Int8Array;

export interface SafetensorsFile {
  readonly path: string;
  /** The strings of the header's `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The names of all tensors, in the order of the header. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Throws a UserError when there is no such tensor, or its dtype is one that this project does not compute with. */
  tensor(name: string): StoredTensor;
  /** Reads one tensor's bytes and nothing else. */
  read(name: string): Promise<StoredData>;
  /** `read` for float tensors of any precision, as float32. Throws a UserError for integers and bools. */
  readFloat32(name: string): Promise<Float32Array>;
}

/**
 * Opens a safetensors file: reads and checks the header only, whatever the file's size; values are read when asked for.
 *
 * @throws UserError when the file is missing, unreadable, or not valid; never reads past the file's end or allocates
 *   more than the file holds
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const { header, dataStart } = await withFile(path, async (file) => {
    const status = await file.stat();
    if (!status.isFile()) throw new UserError(`${path} is not a file; give a safetensors file.`);
    const bad = (problem: string) => new UserError(`${path} is not a valid safetensors file: ${problem}.`);
    if (status.size < 8) throw bad(`it has ${status.size} bytes, and its header alone takes more`);
    const prefix = await readRange(file, path, 0, 8);
    const length = new DataView(prefix).getBigUint64(0, true);
    if (length > BigInt(LARGEST_HEADER)) throw bad(`its first 8 bytes announce a header of ${length} bytes`);
    const dataStart = 8 + Number(length);
    if (dataStart > status.size) {
      throw bad(
        `it announces a header of ${length} bytes, but has ${status.size} bytes; the file may be cut short`,
      );
    }
    const bytes = new Uint8Array(await readRange(file, path, 8, Number(length)));
    return { header: parseSafetensorsHeader(bytes, status.size - dataStart, path), dataStart };
  });

  const tensor = (name: string): StoredTensor => {
    const entry = header.entries.get(name);
    if (entry === undefined) throw new UserError(`${path} has no tensor ${JSON.stringify(name)}.`);
    return stored(entry, dataStart, path);
  };
  const read = async (name: string): Promise<StoredData> => {
    const { dtype, offset, bytes } = tensor(name);
    return view(await withFile(path, (file) => readRange(file, path, offset, bytes)), dtype);
  };
  return {
    path,
    metadata: header.metadata,
    names: [...header.entries.keys()],
    has: (name) => header.entries.has(name),
    tensor,
    read,
    async readFloat32(name) {
      const { dtype } = tensor(name);
      const data = await read(name);
      if (data instanceof Float32Array) return data;
      if (data instanceof Uint16Array) {
        return dtype === 'float16' ? float16ToFloat32(data) : bfloat16ToFloat32(data);
      }
      throw new UserError(
        `Tensor ${JSON.stringify(name)} of ${path} is ${dtype}, but a float tensor was expected.`,
      );
    },
  };
}

/** A tensor to be written. Its values may be made when their turn comes, so that only one tensor is in memory. */
export interface TensorToWrite {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: StoredData | (() => StoredData | Promise<StoredData>);
}

/** What was written; `tensors` says where each one lies, for pointing external data at it. */
export interface WrittenSafetensors {
  readonly bytes: number;
  /** Hexadecimal SHA-256 of the whole file. */
  readonly sha256: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Writes a safetensors file tensor by tensor, widest elements first so that each lies on a multiple of its own size.
 * The file appears under its name when it is complete: a run that fails or is stopped leaves the old one as it was.
 *
 * @throws UserError when the file cannot be written
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<WrittenSafetensors> {
  const ordered = [...tensors].sort((a, b) => BYTES_PER_ELEMENT[b.dtype] - BYTES_PER_ELEMENT[a.dtype]);
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set('__metadata__', metadata);
  const layout: StoredTensor[] = [];
  let end = 0;
  for (const { name, dtype, shape } of ordered) {
    if (header.has(name) || name === '__metadata__') {
      throw new UserError(`${path} cannot hold two tensors with the name ${JSON.stringify(name)}.`);
    }
    const bytes = shape.reduce((product, size) => product * size, BYTES_PER_ELEMENT[dtype]);
    layout.push({ name, dtype, shape, offset: end, bytes });
    header.set(name, { dtype: formatDtype(dtype), shape, data_offsets: [end, end + bytes] });
    end += bytes;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const dataStart = 8 + padded.length;
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(padded.length));

  const hash = createHash('sha256');
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    await withFile(
      partial,
      async (file) => {
        const write = async (bytes: Uint8Array) => {
          hash.update(bytes);
          await writeAll(file, bytes);
        };
        await write(prefix);
        await write(padded);
        for (const [index, { name, data }] of ordered.entries()) {
          const values = typeof data === 'function' ? await data() : data;
          const expected = layout[index]?.bytes;
          if (values.byteLength !== expected) {
            throw new Error(
              `tensor ${name} has ${values.byteLength} bytes of values, but its shape takes ${expected}`,
            );
          }
          await write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        }
        // On the disk before it takes the name, so that even a loss of power leaves one file or the other.
        await file.sync();
      },
      'wx',
    );
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  const places = layout.map((tensor): [string, StoredTensor] => [
    tensor.name,
    { ...tensor, offset: dataStart + tensor.offset },
  ]);
  return { bytes: dataStart + end, sha256: hash.digest('hex'), tensors: new Map(places) };
}

function stored(entry: HeaderEntry, dataStart: number, path: string): StoredTensor {
  const { name, dtype, shape, begin, end } = entry;
  if (dtype === undefined) {
    throw new UserError(
      `Tensor ${JSON.stringify(name)} of ${path} is ${entry.format}, which is not supported; convert it to F32, F16 or BF16.`,
    );
  }
  return { name, dtype, shape, offset: dataStart + begin, bytes: end - begin };
}

function view(buffer: ArrayBuffer, dtype: Dtype): StoredData {
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer);
  }
}

/** One call of the operating system moves less than 2 GiB; a larger tensor takes several. */
const LARGEST_STEP = 1 << 30;

async function readRange(
  file: FileHandle,
  path: string,
  offset: number,
  length: number,
): Promise<ArrayBuffer> {
  const buffer = new ArrayBuffer(length);
  let done = 0;
  while (done < length) {
    const step = new Uint8Array(buffer, done, Math.min(LARGEST_STEP, length - done));
    const { bytesRead } = await file.read(step, 0, step.length, offset + done);
    if (bytesRead === 0) throw new UserError(`${path} ended early: it was changed while it was being read.`);
    done += bytesRead;
  }
  return buffer;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(LARGEST_STEP, bytes.length - done));
    done += bytesWritten;
  }
}

/** Opens, uses and closes a file; what the operating system refuses becomes one sentence. */
async function withFile<R>(path: string, use: (file: FileHandle) => Promise<R>, flags = 'r'): Promise<R> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, flags);
    return await use(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error)
      throw new UserError(refusal(path, error));
    throw error;
  } finally {
    await file?.close();
  }
}

function refusal(path: string, error: Error & { code: unknown }): string {
  if (error.code === 'ENOENT') return `${path} does not exist.`;
  if (error.code === 'EACCES') return `${path} may not be opened: permission denied.`;
  if (error.code === 'EISDIR') return `${path} is a folder; give a safetensors file.`;
  if (error.code === 'ENOSPC') return `${path} cannot be written: the disk is full.`;
  return `${path} cannot be used: ${error.message}.`;
}
