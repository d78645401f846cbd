import { createWriteStream } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { isSystemError, refusal } from '../../artifact/system-error.ts';
import { UserError } from '../../artifact/user-error.ts';

/** Far more than the largest of NVIDIA's libraries has. */
const MOST_BYTES = 4 * 2 ** 30;

/**
 * Puts files of a zip archive into a folder, by their last names; each appears whole or not at all.
 *
 * @param wanted whether a file of the archive is, by its whole name in it
 * @returns the names of what was put there
 * @throws UserError for an archive that is damaged or has none of them, or a folder that cannot be written to
 */
export async function unpack(
  archive: string,
  folder: string,
  wanted: (name: string) => boolean,
): Promise<readonly string[]> {
  const put: string[] = [];
  let path = folder;
  try {
    const zip = await openPromise(archive);
    try {
      for await (const entry of zip.eachEntry()) {
        if (!wanted(entry.fileName)) continue;
        if (entry.uncompressedSize > MOST_BYTES) throw new Error(`${entry.fileName} is too large`);
        const name = basename(entry.fileName);
        path = join(folder, name);
        const part = `${path}.part`;
        try {
          await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(part));
          await chmod(part, 0o755);
          await rename(part, path);
        } finally {
          await rm(part, { force: true }).catch(() => {});
        }
        put.push(name);
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(path, error, 'written'));
    throw new UserError(
      `${archive} cannot be unpacked (${error instanceof Error ? error.message : String(error)}): try again.`,
    );
  }
  if (put.length === 0) throw new UserError(`${archive} has none of the libraries that were expected.`);
  return put;
}
