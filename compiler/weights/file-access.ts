import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../artifact/user-error.ts';

/** One call of the operating system moves less than 2 GiB; a larger tensor takes several. */
const LARGEST_STEP = 1 << 30;

/**
 * Reads exactly `length` bytes from `offset`.
 *
 * @param path what error sentences call the file
 * @throws UserError when the file ends before that
 */
export async function readRange(
  file: FileHandle,
  path: string,
  offset: number,
  length: number,
): Promise<ArrayBuffer> {
  const buffer = new ArrayBuffer(length);
  let done = 0;
  while (done < length) {
    const step = new Uint8Array(buffer, done, Math.min(LARGEST_STEP, length - done));
    const { bytesRead } = await file.read(step, 0, step.length, offset + done);
    if (bytesRead === 0) throw new UserError(`${path} ended early: it was changed while it was being read.`);
    done += bytesRead;
  }
  return buffer;
}

/** The first bytes of a file, by which formats are told apart. */
export async function readStart(path: string, length = 64): Promise<Uint8Array> {
  return withFile(path, async (file) => {
    if (!(await file.stat()).isFile()) throw new UserError(`${path} is not a file.`);
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  });
}

export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(LARGEST_STEP, bytes.length - done));
    done += bytesWritten;
  }
}

/**
 * Opens, uses and closes a file.
 *
 * @throws UserError one sentence for what the operating system refuses
 */
export async function withFile<R>(
  path: string,
  use: (file: FileHandle) => Promise<R>,
  flags = 'r',
): Promise<R> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, flags);
    return await use(file);
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(path, error));
    throw error;
  } finally {
    await file?.close();
  }
}

/** An error of the operating system, with its code: ENOENT, ENOSPC, … */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string';
}

/** What the operating system refused, in one sentence. */
export function refusal(path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return `${path} does not exist.`;
    case 'EACCES':
      return `${path} may not be opened: permission denied.`;
    case 'EISDIR':
      return `${path} is a folder, but a file was expected.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `${path} cannot be written: the disk is full; make room and try again.`;
    case 'EFBIG':
      return `${path} cannot be written: it would be larger than this system allows a file to be.`;
    default:
      return `${path} cannot be used: ${error.message}.`;
  }
}
