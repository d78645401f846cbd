import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AT_ONCE, openRegularFile } from '../read-regular-file.ts';
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
  await fill(file, path, offset, new Uint8Array(buffer));
  return buffer;
}

async function fill(file: FileHandle, path: string, offset: number, memory: Uint8Array): Promise<void> {
  let done = 0;
  while (done < memory.length) {
    const step = Math.min(LARGEST_STEP, memory.length - done);
    const { bytesRead } = await file.read(memory, done, step, offset + done);
    if (bytesRead === 0) throw endedEarly(path);
    done += bytesRead;
  }
}

/**
 * Reads a range in pieces, in order, of a file that is opened once.
 *
 * @param length bytes of the range
 * @param most bytes of a piece
 * @returns pieces whose memory is that of others once the next one is asked for
 * @throws UserError when the file cannot be read, or ends before the range does
 */
export async function* readPieces(
  path: string,
  offset: number,
  length: number,
  most: number,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const memory = new ArrayBuffer(Math.min(most, length));
  let file: FileHandle | undefined;
  try {
    for (let done = 0; done < length; done += most) {
      file ??= await openRegularFile(path);
      const piece = new Uint8Array(memory, 0, Math.min(most, length - done));
      await fill(file, path, offset + done, piece);
      yield piece;
    }
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(path, error));
    throw error;
  } finally {
    await file?.close();
  }
}

/**
 * Opens a file, reads ranges of it while the thread waits, and closes it.
 *
 * @param use called with what fills memory with the bytes from an offset on
 * @throws UserError when the file cannot be read, or ends before that
 */
export function withFileAtOnce<R>(
  path: string,
  use: (fillFrom: (offset: number, memory: Uint8Array) => void) => R,
): R {
  let file: number | undefined;
  try {
    const opened = openSync(path, AT_ONCE);
    file = opened;
    return use((offset, memory) => {
      let done = 0;
      while (done < memory.length) {
        const step = Math.min(LARGEST_STEP, memory.length - done);
        const bytesRead = readSync(opened, memory, done, step, offset + done);
        if (bytesRead === 0) throw endedEarly(path);
        done += bytesRead;
      }
    });
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(path, error));
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
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
    if (isSystemError(error))
      throw new UserError(refusal(label, error, flags === 'r' ? 'opened' : 'written'));
    throw error;
  } finally {
    await file?.close();
  }
}
