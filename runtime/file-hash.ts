import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../artifact/user-error.ts';

/**
 * Hexadecimal, of a whole file, or of `length` bytes from `start`.
 *
 * @throws UserError for a file that cannot be read
 */
export async function sha256(path: string, start = 0, length = Number.POSITIVE_INFINITY): Promise<string> {
  const hash = createHash('sha256');
  const end = start + length - 1;
  try {
    await pipeline(createReadStream(path, { highWaterMark: 2 ** 20, start, end }), hash);
  } catch (error) {
    throw new UserError(`${path} cannot be read (${codeOf(error)}): pass a folder that this user may read.`);
  }
  return hash.digest('hex');
}

/** The operating system's word for what went wrong: `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
