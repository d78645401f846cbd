import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { UserError } from '../../artifact/user-error.ts';

/** Bytes that are read at once, always into the same memory: a stream takes new memory for each piece, and half as long again. */
const PIECE = 2 ** 20;

/**
 * Hexadecimal, of a whole file, or of `length` bytes from `start`.
 *
 * @throws UserError for a file that cannot be read
 */
export async function sha256(path: string, start = 0, length = Number.POSITIVE_INFINITY): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafeSlow(Math.min(length, PIECE));
  const end = start + length;
  try {
    const file = await open(path);
    try {
      for (let place = start; place < end; ) {
        const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, end - place), place);
        if (bytesRead === 0) break;
        hash.update(piece.subarray(0, bytesRead));
        place += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UserError(`${path} cannot be read (${codeOf(error)}): pass a folder that this user may read.`);
  }
  return hash.digest('hex');
}

/** The operating system's word for what went wrong: `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
