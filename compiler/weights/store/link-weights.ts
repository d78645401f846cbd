import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sampleOf, writingFacts } from '../../../artifact/linked-file.ts';
import type { LinkedFile } from '../../../artifact/manifest.ts';
import { isSystemError, refusal } from '../../../artifact/system-error.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { LINKED } from '../../../artifact/weight-store.ts';
import { readRange, withFile } from '../../../artifact/weights/file-access.ts';
import { STORED_BYTES, type StoredDtype } from '../../../artifact/weights/stored-dtype.ts';
import { type FileHeader, isSideBySide, type WeightFile } from '../../../artifact/weights/weight-file.ts';
import { BYTES_PER_ELEMENT } from '../../../dsl/dtype.ts';
import type { StoredParameter } from '../../stored-parameter.ts';
import type { WeightSource } from '../match/match-weights.ts';

/** A range of a checkpoint's file that is one parameter, as it stands. */
export interface LinkedRange {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  readonly dtype: GraphFloat;
}

type GraphFloat = 'float32' | 'float16' | 'bfloat16';

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

function isGraphFloat(dtype: StoredDtype): dtype is GraphFloat {
  return dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16';
}

/** A checkpoint's file that has been put into an artifact's folder. */
export interface PlacedFile {
  /** Its plain name there. */
  readonly name: string;
  readonly facts: LinkedFile;
}

/** Why the operating system would not clone or link: another disk, a disk without it, somebody else's file. */
const REFUSED: ReadonlySet<string> = new Set([
  ...['EXDEV', 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOTTY', 'EINVAL', 'EMLINK'],
]);

/**
 * Puts checkpoint files into a folder: they take no room and are not read, but for a sample. Where the disk can (Btrfs,
 * XFS, APFS, ReFS), as clones, which stay as they are whatever happens to the checkpoint; else as hard links. (ONNX
 * Runtime refuses symbolic links out of a model's folder.)
 *
 * @param paths the files
 * @returns those that could be put there, by path, and a note for each that could not
 * @throws UserError for a file that is not there, or that another process is writing
 */
export async function linkFiles(
  folder: string,
  paths: Iterable<string>,
  files: readonly WeightFile[],
): Promise<{ readonly linked: ReadonlyMap<string, PlacedFile>; readonly notes: readonly string[] }> {
  const headers = new Map(files.flatMap(({ headers }) => headers).map((header) => [header.path, header]));
  const linked = new Map<string, PlacedFile>();
  const taken = new Set<string>();
  const notes: string[] = [];
  for (const path of paths) {
    const header = headers.get(path);
    if (header === undefined) throw new Error(`${path} has no known header`);
    const name = freeName(basename(path), taken);
    try {
      // A file of Hugging Face's cache is itself a symbolic link.
      const isClone = await cloneOrLink(await realpath(path), join(folder, name));
      linked.set(path, { name, facts: await describe(join(folder, name), header, isClone) });
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (!REFUSED.has(error.code)) throw new UserError(refusal(path, error));
      notes.push(`${path} cannot be hard-linked into the artifact (${error.code}): its weights are copied.`);
    }
  }
  return { linked, notes };
}

/** @returns whether it was cloned */
async function cloneOrLink(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    if (!isSystemError(error) || !REFUSED.has(error.code)) throw error;
    await rm(to, { force: true });
    await link(from, to);
    return false;
  }
}

async function describe(path: string, { offset, bytes }: FileHeader, isClone: boolean): Promise<LinkedFile> {
  return withFile(path, async (file) => {
    const found = await file.stat({ bigint: true });
    const size = Number(found.size);
    const header = await readRange(file, path, offset, bytes);
    const sha256 = createHash('sha256').update(new Uint8Array(header)).digest('hex');
    return {
      bytes: size,
      header: { offset, bytes, sha256 },
      sample: await sampleOf(file, size),
      ...(!isClone && { hardLink: writingFacts(found) }),
    };
  });
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = `${LINKED}${wanted}`;
  for (let count = 2; taken.has(name); count++) name = `${LINKED}${count}-${wanted}`;
  taken.add(name);
  return name;
}
