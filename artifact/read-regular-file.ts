import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Limit } from '../dsl/limits.ts';
import { quoted } from './quoted.ts';
import { UserError } from './user-error.ts';

/** Opening a pipe that nobody writes to would wait for ever; of a regular file this flag changes nothing. */
export const AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file for reading. Only a regular file: a pipe has no end, nor does a device such as /dev/zero.
 *
 * @param label what error sentences call the file; its path unless told
 * @throws UserError for what is no regular file; the operating system's error for what cannot be opened
 */
export async function openRegularFile(path: string, label = path): Promise<FileHandle> {
  refuseNul(path);
  const file = await open(path, AT_ONCE);
  try {
    const status = await file.stat();
    if (status.isFile()) return file;
    const found = status.isDirectory() ? 'a folder' : 'a pipe or a device';
    throw new UserError(`${label} is not a file, but ${found}: give a regular file.`);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @throws UserError for a path that no file can have, of which the operating system is not even asked */
export function refuseNul(path: string): void {
  if (path.includes('\0'))
    throw new UserError(`${quoted(path)} has a NUL character, which no file's name has.`);
}

/**
 * Reads a whole file of at most a limit's bytes. What grows while it is read is read up to the limit and refused.
 *
 * @throws UserError for what is no regular file or larger than the limit; the operating system's error for what cannot
 *   be opened or read
 */
export async function readRegularFile(path: string, limit: Limit): Promise<Buffer> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    if (size > limit.most) throw tooLarge(path, limit);
    // Some files of the system have content, but the size 0.
    const pieces: Buffer[] = [];
    let done = 0;
    for (let step = Math.max(size, 1) + 1; ; step = 2 ** 16) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(step), 0, step, done);
      if (bytesRead === 0) break;
      pieces.push(buffer.subarray(0, bytesRead));
      done += bytesRead;
      if (done > limit.most) throw tooLarge(path, limit);
    }
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  } finally {
    await file.close();
  }
}

function tooLarge(path: string, { most, of, because }: Limit): UserError {
  return new UserError(`${path} is too large: at most ${most} ${of} are read (${because}).`);
}
