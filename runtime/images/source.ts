import { stat } from 'node:fs/promises';
import { UserError } from '../../artifact/user-error.ts';

/** Where a picture comes from: the path of a file, or the file's bytes (a Buffer is a Uint8Array). */
export type ImageSource = string | Uint8Array;

/** What messages call a source: its path, or that it is bytes. */
export function nameOf(source: ImageSource): string {
  return typeof source === 'string' ? `'${source}'` : `The picture of ${source.length} bytes`;
}

/**
 * Checks what can be known of a source without decoding it.
 *
 * @throws UserError for a web address, a missing file, a folder, a device, or no bytes at all.
 */
export async function checkSource(source: ImageSource): Promise<void> {
  const name = nameOf(source);
  if (typeof source !== 'string') {
    if (source.length === 0)
      throw new UserError('The picture has no bytes: pass the content of an image file.');
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
}

/**
 * What is at a path, or null where nothing is.
 *
 * @throws UserError where it cannot be looked at.
 */
export async function statOf(path: string): Promise<Awaited<ReturnType<typeof stat>> | null> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new UserError(`'${path}' cannot be opened (${code}): pass a path that this user may read.`);
  }
}
