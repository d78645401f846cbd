import { plain, quoted } from '../../../../artifact/quoted.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { readRange, withFile } from '../../../../artifact/weights/file-access.ts';
import { STORED_BYTES } from '../../../../artifact/weights/stored-dtype.ts';
import { spanOf } from '../../../../artifact/weights/strided.ts';
import {
  type StoredTensor,
  type UnusableTensor,
  weightFile,
} from '../../../../artifact/weights/weight-file.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import type { WeightFormat } from '../format.ts';
import { PickleProblem } from '../pickle/pickle-problem.ts';
import { readPickle } from '../pickle/read-pickle.ts';
import { type NamedTensor, stateDictionary } from '../pickle/state-dictionary.ts';
import type { PickleValue } from '../pickle/values.ts';
import { type ZipEntry, zipEntries } from '../zip-entries.ts';

/**
 * What `torch.save` writes since PyTorch 1.6: a zip file with a pickle that lists the tensors and one stored entry for
 * each storage. TorchScript archives (OpenAI's CLIP) are the same with modules in place of dictionaries.
 */
export const format: WeightFormat = {
  name: 'PyTorch',
  recognises: (start) => Buffer.from(start.subarray(0, 4)).equals(Buffer.from('PK\x03\x04', 'latin1')),
  async open(path) {
    const { entries, directory } = await zipEntries(path, (name) =>
      /(^|\/)(data\.pkl|data\/[^/]+|byteorder)$/.test(name),
    );
    const root = rootOf(entries, path);
    await refuseBigEndian(path, entries.get(`${root}byteorder`));
    try {
      const { tensors, notes } = stateDictionary(await readRoot(path, entries, root));
      return weightFile(
        path,
        tensors.map((tensor) => locate(tensor, entries, root, path)),
        directory,
        notes.map((note) => `${path}: ${note}`),
      );
    } catch (error) {
      if (error instanceof PickleProblem) throw new UserError(`${path} cannot be read: ${error.message}.`);
      throw error;
    }
  },
};

/** All entries lie in one folder, which `torch.save` names after the file. */
function rootOf(entries: ReadonlyMap<string, ZipEntry>, path: string): string {
  const pickles = [...entries.keys()].filter((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  const [only] = pickles;
  if (only === undefined || pickles.length > 1) {
    throw new UserError(
      `${path} is a zip file, but not one that torch.save wrote, as it has ${pickles.length} entries data.pkl; give a PyTorch or safetensors file.`,
    );
  }
  return only.slice(0, -'data.pkl'.length);
}

async function readEntry(path: string, { offset, bytes }: ZipEntry): Promise<Uint8Array> {
  return new Uint8Array(await withFile(path, (file) => readRange(file, path, offset, bytes)));
}

async function readRoot(
  path: string,
  entries: ReadonlyMap<string, ZipEntry>,
  root: string,
): Promise<PickleValue> {
  const entry = entries.get(`${root}data.pkl`);
  if (entry === undefined) throw new PickleProblem('it has no data.pkl');
  if (entry.bytes > LIMITS.pickle.most)
    throw new PickleProblem(
      `its pickle has ${entry.bytes} bytes, but at most ${LIMITS.pickle.most} are read, as it only lists the tensors`,
    );
  return readPickle(await readEntry(path, entry));
}

async function refuseBigEndian(path: string, entry: ZipEntry | undefined): Promise<void> {
  if (entry === undefined || entry.bytes > 16) return;
  const order = Buffer.from(await readEntry(path, entry)).toString('latin1');
  if (order === 'little') return;
  throw new UserError(
    `${path} has the byte order '${plain(order)}', but 'little' was expected; save it again on an ordinary machine.`,
  );
}

function locate(
  { name, tensor }: NamedTensor,
  entries: ReadonlyMap<string, ZipEntry>,
  root: string,
  path: string,
): StoredTensor | UnusableTensor {
  const { storage, dtype, shape, strides } = tensor;
  const bad = (problem: string) =>
    new PickleProblem(`its tensor ${quoted(name)} ${problem}; the file may be damaged`);
  const entry = entries.get(`${root}data/${storage.key}`);
  const place = `data/${plain(storage.key)}`;
  if (entry === undefined) throw bad(`is in ${place}, which is not there`);
  const width = STORED_BYTES[dtype];
  if (storage.dtype !== undefined && storage.dtype !== dtype)
    throw bad(`is ${dtype}, but its storage is ${storage.dtype}`);
  const elements = shape.reduce((product, size) => product * BigInt(size), 1n);
  const end = BigInt(tensor.offset) + lastElement(shape, strides);
  if (end * BigInt(width) > BigInt(entry.bytes))
    throw bad(`reaches to byte ${end * BigInt(width)} of ${place}, which has ${entry.bytes}`);
  if (elements * BigInt(width) > BigInt(entry.bytes)) {
    const problem = 'repeats its elements by a stride of 0; save it again after calling contiguous() on it';
    return { name, problem };
  }
  return {
    name,
    dtype,
    shape,
    path,
    offset: entry.offset + tensor.offset * width,
    bytes: Number(elements) * width,
    strides,
  };
}

/** `spanOf`, exactly, whatever sizes a damaged file declares. */
function lastElement(shape: readonly number[], strides: readonly number[]): bigint {
  if (shape.includes(0)) return BigInt(spanOf(shape, strides));
  return shape.reduce((sum, size, axis) => sum + BigInt(size - 1) * BigInt(strides[axis] ?? 0), 1n);
}
