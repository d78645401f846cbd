import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LONGEST_PATH, listed, plain } from '../../../../artifact/quoted.ts';
import { isSystemError, refusal } from '../../../../artifact/system-error.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import type { ReadContext } from '../benchmark.ts';

/**
 * A file or folder of a data set: the first of these names that lies in its folder or in a folder of that, as archives
 * are unpacked in various ways.
 *
 * @throws UserError that says what is missing and what is there
 */
export async function find(context: ReadContext, names: readonly string[]): Promise<string> {
  const found = await findIfThere(context, names);
  if (found !== undefined) return found;
  const { folder, title, split } = context;
  const there = await readdir(folder);
  throw new UserError(
    `${folder} has no ${plain(names.join(' or '), LONGEST_PATH)}, which ${title}'s split '${split}' needs (there is ${listed(there, 6) || 'nothing'}): give the folder of ${title}, or another --split.`,
  );
}

/** As `find`; undefined where there is none. @throws UserError where the data set's folder cannot be read */
export async function findIfThere(
  { folder }: ReadContext,
  names: readonly string[],
): Promise<string | undefined> {
  const inside = await folders(folder);
  for (const name of names) {
    for (const parent of [folder, ...inside]) {
      const path = join(parent, name);
      if (await exists(path)) return path;
    }
  }
  return undefined;
}

async function folders(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => join(folder, name))
      .sort();
  } catch (error) {
    if (isSystemError(error)) {
      if (error.code === 'ENOTDIR')
        throw new UserError(`${folder} is a file: give the folder of the data set.`);
      throw new UserError(refusal(folder, error));
    }
    throw error;
  }
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
