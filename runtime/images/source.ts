import { createReadStream, type Stats } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { LONGEST_PATH, plain } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';
import { checkBytes, checkSize, type ImageSource, nameOf } from './image-source.ts';

export { type ImageSource, nameOf } from './image-source.ts';

/**
 * Checks what can be known of a source without decoding it.
 *
 * @throws UserError for a web address, a missing file, a folder, a device, or no bytes at all.
 */
export async function checkSource(source: ImageSource): Promise<void> {
  const name = nameOf(source);
  if (typeof source !== 'string') {
    checkBytes(source);
    return;
  }
  if (/^(https?|data|file|blob):/i.test(source)) {
    throw new UserError(
      `'${source.slice(0, 80)}' is an address but a path or bytes are expected: download the picture first.`,
    );
  }
  const found = await statOf(source);
  if (found === null) throw new UserError(`${name} does not exist: check the path and the working folder.`);
  if (found.isDirectory()) {
    throw new UserError(
      `${name} is a folder but one picture is expected: pass a file in it, or the folder as a video.`,
    );
  }
  if (!found.isFile()) throw new UserError(`${name} is not a regular file: pass the path of a picture.`);
  if (found.size === 0)
    throw new UserError(`${name} is empty (0 bytes): copy or download the picture again.`);
  checkSize(name, found.size);
}

/**
 * The content of a source that was checked.
 *
 * @throws UserError where the file cannot be read
 */
export async function readBytes(source: ImageSource): Promise<Uint8Array> {
  if (typeof source !== 'string') return source;
  return opened(source, () => readFile(source));
}

/** As `readBytes`, of the first `length` bytes alone. */
export async function readStart(source: ImageSource, length: number): Promise<Uint8Array> {
  if (typeof source !== 'string') return source.subarray(0, length);
  return opened(source, async () => {
    const file = await open(source);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

/** Reads a file from its start to its end, piece by piece. @throws UserError where it cannot be read */
export async function readAll(path: string, take: (piece: Uint8Array) => void): Promise<void> {
  await opened(path, async () => {
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) take(piece);
  });
}

async function opened<R>(path: string, read: () => Promise<R>): Promise<R> {
  try {
    return await read();
  } catch (error) {
    throw unopened(path, error);
  }
}

function unopened(path: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new UserError(
    `'${plain(path, LONGEST_PATH)}' cannot be opened (${code}): pass a path that this user may read.`,
  );
}

/**
 * What is at a path, or null where nothing is.
 *
 * @throws UserError where it cannot be looked at.
 */
export async function statOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unopened(path, error);
  }
}
