import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { openRegularFile } from '../read-regular-file.ts';
import { isSystemError, refusal } from '../system-error.ts';
import { UserError } from '../user-error.ts';

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
    if (bytesRead === 0) throw endedEarly(path);
    done += bytesRead;
  }
  return buffer;
}

/**
 * Fills memory with the bytes from `offset` on, while the thread waits.
 *
 * @param path what error sentences call the file
 * @throws UserError when the file ends before that
 */
export function fillFrom(file: FileHandle, path: string, offset: number, memory: Uint8Array): void {
  let done = 0;
  while (done < memory.length) {
    const step = Math.min(LARGEST_STEP, memory.length - done);
    const bytesRead = readSync(file.fd, memory, done, step, offset + done);
    if (bytesRead === 0) throw endedEarly(path);
    done += bytesRead;
  }
}

function endedEarly(path: string): UserError {
  return new UserError(`${path} ended early: it was changed while it was being read.`);
}

/** The first bytes of a file, by which formats are told apart. */
export async function readStart(path: string, length = 64): Promise<Uint8Array> {
  return withFile(path, async (file) => {
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
 * Opens, uses and closes a file. What is opened for reading must be a regular file: a pipe or a device has no end.
 *
 * @param label what error sentences call the file; its path unless told
 * @throws UserError one sentence for what the operating system refuses
 */
export async function withFile<R>(
  path: string,
  use: (file: FileHandle) => Promise<R>,
  flags = 'r',
  label = path,
): Promise<R> {
  let file: FileHandle | undefined;
  try {
    file = flags === 'r' ? await openRegularFile(path, label) : await open(path, flags);
    return await use(file);
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(label, error));
    throw error;
  } finally {
    await file?.close();
  }
}
