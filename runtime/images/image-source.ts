import { LONGEST_PATH, plain } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/** Where a picture comes from: the path of a file (in a browser its address), or the file's bytes (a Buffer is a Uint8Array). */
export type ImageSource = string | Uint8Array;

/** What messages call a source: its path, or that it is bytes. */
export function nameOf(source: ImageSource): string {
  return typeof source === 'string'
    ? `'${plain(source, LONGEST_PATH)}'`
    : `The picture of ${source.length} bytes`;
}

/** @throws UserError for a picture's bytes that are none, or too many */
export function checkBytes(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new UserError('The picture has no bytes: pass the content of an image file.');
  checkSize(nameOf(bytes), bytes.length);
}

/** @throws UserError for more bytes than are read of a picture */
export function checkSize(name: string, bytes: number): void {
  if (bytes <= MAX_FILE_BYTES) return;
  throw new UserError(
    `${name} has ${bytes} bytes but at most ${MAX_FILE_BYTES} of a picture are read: scale it down first.`,
  );
}
