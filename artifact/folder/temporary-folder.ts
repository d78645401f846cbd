import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSystemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';

/**
 * Makes an empty folder where the system keeps temporary files; who asked for it removes it.
 *
 * @param purpose a word in its name
 * @throws UserError where nothing can be made there
 */
export async function makeTemporaryFolder(purpose: string): Promise<string> {
  const place = tmpdir();
  try {
    return await mkdtemp(join(place, `flamingo-${purpose}-`));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(
      `No temporary folder can be made in ${place} (${error.code}): set TMPDIR (on Windows TEMP) to a folder that can be written.`,
    );
  }
}
