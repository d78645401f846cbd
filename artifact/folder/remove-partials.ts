import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What `writeWhole` and `writeSafetensors` write into, behind the name of the file that it is to become. */
const PARTIAL = /\.(?:[0-9a-f]{8}|\d+)\.partial$/;

/**
 * Removes what a killed process was writing into a folder that only the caller writes into now. What cannot be removed stays.
 *
 * @param names of the files that it may have been writing; all else stays
 */
export async function removePartials(folder: string, names: readonly string[]): Promise<void> {
  const wanted = new Set(names);
  for (const name of await readdir(folder).catch(() => []))
    if (PARTIAL.test(name) && wanted.has(name.replace(PARTIAL, '')))
      await rm(join(folder, name), { force: true }).catch(() => {});
}
