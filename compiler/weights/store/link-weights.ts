import { link, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isSystemError, refusal } from '../../../artifact/system-error.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { LINKED } from '../../../artifact/weight-store.ts';
import { STORED_BYTES, type StoredDtype } from '../../../artifact/weights/stored-dtype.ts';
import { isSideBySide, type WeightFile } from '../../../artifact/weights/weight-file.ts';
import { BYTES_PER_ELEMENT, type Dtype, isFloat } from '../../../dsl/dtype.ts';
import type { StoredParameter } from '../../stored-parameter.ts';
import type { WeightSource } from '../match/match-weights.ts';

/** A range of a checkpoint's file that is one parameter, as it stands. */
export interface LinkedRange {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  readonly dtype: Dtype;
}

/**
 * Where in its checkpoint a parameter's bytes can be used as they are: float numbers side by side, all of the
 * parameter's rows, no wider than the graph wants them (a graph casts halves up when it is loaded; casting down is done
 * once, when compiling).
 */
export function linkedRange(
  parameter: StoredParameter,
  { file, name, rows }: WeightSource,
): LinkedRange | undefined {
  const tensor = file.tensor(name);
  const { dtype, path } = tensor;
  if (!isGraphFloat(dtype) || !isSideBySide(tensor)) return undefined;
  if (BYTES_PER_ELEMENT[dtype] > BYTES_PER_ELEMENT[parameter.dtype]) return undefined;
  const rowBytes = tensor.shape.slice(1).reduce((product, size) => product * size, STORED_BYTES[dtype]);
  const { first, count } = rows ?? { first: 0, count: tensor.shape[0] ?? 1 };
  if (rows !== undefined && count !== parameter.shape[0]) return undefined;
  const bytes = rows === undefined ? tensor.bytes : count * rowBytes;
  return { path, offset: tensor.offset + first * rowBytes, bytes, dtype };
}

function isGraphFloat(dtype: StoredDtype): dtype is Dtype {
  return dtype !== 'float64' && dtype !== 'int16' && isFloat(dtype);
}

/** What an artifact's manifest says of a checkpoint's file that is linked into it. */
export interface LinkedFile {
  /** Its name in the artifact's folder. */
  readonly name: string;
  /** Where in it the headers are: what is checked of it when the artifact is opened. */
  readonly header: { readonly offset: number; readonly bytes: number };
}

/** Why the operating system would not link: another disk, a disk without links, somebody else's file. */
const NO_LINK: ReadonlySet<string> = new Set([
  'EXDEV',
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/**
 * Hard-links checkpoint files into a folder: they take no room and are not read. (ONNX Runtime refuses symbolic links
 * out of a model's folder.)
 *
 * @param paths the files
 * @returns those that could be linked, by path, and a note for each that could not
 */
export async function linkFiles(
  folder: string,
  paths: Iterable<string>,
  files: readonly WeightFile[],
): Promise<{ readonly linked: ReadonlyMap<string, LinkedFile>; readonly notes: readonly string[] }> {
  const headers = new Map(files.flatMap(({ headers }) => headers).map((header) => [header.path, header]));
  const linked = new Map<string, LinkedFile>();
  const taken = new Set<string>();
  const notes: string[] = [];
  for (const path of paths) {
    const header = headers.get(path);
    if (header === undefined) throw new Error(`${path} has no known header`);
    const name = freeName(basename(path), taken);
    try {
      // A file of Hugging Face's cache is itself a symbolic link.
      await link(await realpath(path), join(folder, name));
      linked.set(path, { name, header: { offset: header.offset, bytes: header.bytes } });
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (!NO_LINK.has(error.code)) throw new UserError(refusal(path, error));
      notes.push(`${path} cannot be hard-linked into the artifact (${error.code}): its weights are copied.`);
    }
  }
  return { linked, notes };
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = `${LINKED}${wanted}`;
  for (let count = 2; taken.has(name); count++) name = `${LINKED}${count}-${wanted}`;
  taken.add(name);
  return name;
}
