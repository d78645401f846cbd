import { rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError, refusal } from '../system-error.ts';
import { UserError } from '../user-error.ts';

/**
 * Tries, before work whose result shall go into a file, whether a file can be written beside it and take its place. Nothing
 * is left behind, and a file that is there stays as it is.
 *
 * @throws UserError that says why not
 */
export async function checkWritable(path: string): Promise<void> {
  const folder = dirname(path);
  if (!(await isFolder(folder)))
    throw new UserError(`${path} cannot be written, as there is no folder ${folder}: make it first.`);
  if (await isFolder(path)) throw new UserError(`${path} is a folder, but a file was expected.`);
  const trial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(trial, '');
    await rm(trial);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT')
      throw new UserError(`${path} cannot be written, as ${folder} takes no files: choose another place.`);
    throw new UserError(refusal(path, error, 'written'));
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
