import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { LIMITS } from '../../dsl/limits.ts';
import { orRefusal } from '../system-error.ts';
import { UserError } from '../user-error.ts';
import { readRange, withFile } from './file-access.ts';
import { formatDtype, type HeaderEntry, parseSafetensorsHeader } from './safetensors-header.ts';
import { STORED_BYTES, type StoredData, type StoredDtype } from './stored-dtype.ts';
import { SyncedWriter } from './synced-writer.ts';
import { type StoredTensor, type UnusableTensor, type WeightFile, weightFile } from './weight-file.ts';

export type { StoredData } from './stored-dtype.ts';

export interface SafetensorsFile extends WeightFile {
  /** The strings of the header's `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
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
    const bad = (problem: string) => new UserError(`${path} is not a valid safetensors file: ${problem}.`);
    if (status.size < 8) throw bad(`it has ${status.size} bytes, and its header alone takes more`);
    const prefix = await readRange(file, path, 0, 8);
    const length = new DataView(prefix).getBigUint64(0, true);
    if (length > BigInt(LIMITS.safetensorsHeader.most)) {
      throw bad(
        `its first 8 bytes announce a header of ${length} bytes, but at most ${LIMITS.safetensorsHeader.most} are read`,
      );
    }
    const dataStart = 8 + Number(length);
    if (dataStart > status.size) {
      throw bad(
        `it announces a header of ${length} bytes, but has ${status.size} bytes; the file may be cut short`,
      );
    }
    const bytes = new Uint8Array(await readRange(file, path, 8, Number(length)));
    return { header: parseSafetensorsHeader(bytes, status.size - dataStart, path), dataStart };
  });
  const tensors = [...header.entries.values()].map((entry) => stored(entry, dataStart, path));
  return { ...weightFile(path, tensors, { offset: 0, bytes: dataStart }), metadata: header.metadata };
}

/**
 * A tensor to be written. Its values may be made when their turn comes, so that only one tensor is in memory, or in
 * pieces that follow each other, so that not even one is.
 */
export interface TensorToWrite {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly data:
    | StoredData
    | (() => StoredData | Promise<StoredData>)
    | { readonly pieces: () => AsyncIterable<StoredData> };
}

/** What was written; `tensors` says where each one lies, for pointing external data at it. */
export interface WrittenSafetensors {
  readonly bytes: number;
  /** Hexadecimal SHA-256 of the whole file. */
  readonly sha256: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Writes a safetensors file tensor by tensor, widest elements first so that each lies on a multiple of its own size,
 * unless they are to be written in the order in which they are given.
 * The file appears under its name when it is complete: a run that fails or is stopped leaves the old one as it was.
 *
 * @throws UserError when the file cannot be written
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
  { order = 'by width' }: { readonly order?: 'by width' | 'as given' } = {},
): Promise<WrittenSafetensors> {
  const ordered = order === 'as given' ? [...tensors] : widestFirst(tensors);
  const { start, places } = layoutOf(path, ordered, metadata);
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    const written = await withFile(
      partial,
      async (file) => {
        const writer = new SyncedWriter(file);
        await writer.write(start);
        for (const [index, { name, data }] of ordered.entries()) {
          const before = writer.bytes;
          for await (const values of piecesOf(data))
            await writer.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
          const [found, expected] = [writer.bytes - before, places[index]?.bytes];
          if (found !== expected)
            throw new Error(`tensor ${name} has ${found} bytes of values, but its shape takes ${expected}`);
        }
        return writer.finish();
      },
      'wx',
      path,
    );
    await orRefusal(path, () => rename(partial, path), 'written');
    return { ...written, tensors: new Map(places.map((each) => [each.name, each])) };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** What a file begins with, the length of its header and the header, and where behind it each tensor lies. */
function layoutOf(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): { readonly start: Uint8Array; readonly places: readonly StoredTensor[] } {
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set('__metadata__', metadata);
  const layout: StoredTensor[] = [];
  let end = 0;
  for (const { name, dtype, shape } of tensors) {
    if (header.has(name) || name === '__metadata__') {
      throw new UserError(`${path} cannot hold two tensors with the name ${JSON.stringify(name)}.`);
    }
    const bytes = shape.reduce((product, size) => product * size, STORED_BYTES[dtype]);
    layout.push({ name, dtype, shape, path, offset: end, bytes });
    header.set(name, { dtype: formatDtype(dtype), shape, data_offsets: [end, end + bytes] });
    end += bytes;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  const start = Buffer.alloc(8 + length, ' ');
  start.writeBigUInt64LE(BigInt(length));
  json.copy(start, 8);
  return { start, places: layout.map((each) => ({ ...each, offset: start.length + each.offset })) };
}

/** In the order in which each lies on a multiple of its own element's size. */
export function widestFirst<T extends Pick<TensorToWrite, 'dtype'>>(tensors: Iterable<T>): readonly T[] {
  return [...tensors].sort((a, b) => STORED_BYTES[b.dtype] - STORED_BYTES[a.dtype]);
}

async function* piecesOf(data: TensorToWrite['data']): AsyncIterable<StoredData> {
  if (typeof data === 'function') yield await data();
  else if ('pieces' in data) yield* data.pieces();
  else yield data;
}

function stored(entry: HeaderEntry, dataStart: number, path: string): StoredTensor | UnusableTensor {
  const { name, dtype, shape, begin, end } = entry;
  if (dtype === undefined) {
    const problem = `is ${entry.format}, which is not supported; convert it to F32, F16 or BF16`;
    return { name, problem };
  }
  return { name, dtype, shape, path, offset: dataStart + begin, bytes: end - begin };
}
