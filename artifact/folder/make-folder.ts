import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';

/**
 * Makes a folder, and those above it, where they are not there. Node's own `mkdir` with `recursive` tries for ever
 * where a folder exists and takes none, as those of `/proc`.
 *
 * @throws UserError for such a place, and the system's error for any other that cannot be written
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isMade(path)) return;
  const above = dirname(path);
  if (above !== path) {
    await makeFolder(above);
    if (await isMade(path)) return;
  }
  throw new UserError(`${path} cannot be made, as ${above} takes no folders: choose another place.`);
}

/** @returns false where the folder above is missing */
async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((await stat(path).catch(() => undefined))?.isDirectory()) return true;
    if (isSystemError(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}
