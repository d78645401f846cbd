import { TextDecoder } from 'node:util';
import { openRegularFile } from '../../../../artifact/read-regular-file.ts';
import { isSystemError, refusal } from '../../../../artifact/system-error.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { LIMITS } from '../../../../dsl/limits.ts';

const BYTES_AT_ONCE = 2 ** 18;

/** Marks at the beginning of a file that say how its text is encoded. */
const MARKS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/**
 * The text of a file of annotations, piece by piece: UTF-8, or UTF-16 where a mark at its beginning says so. The mark is
 * left out.
 *
 * @throws UserError for a file that cannot be read, is too large, or is encoded otherwise; the signal's reason
 */
export async function* textPieces(path: string, signal?: AbortSignal): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let bytes = 0;
  try {
    await using file = await opened(path);
    for await (const piece of file.stream()) {
      signal?.throwIfAborted();
      decoder ??= new TextDecoder(encodingOf(piece), { fatal: true });
      yield decoded(path, bytes, () => decoder?.decode(piece, { stream: true }) ?? '');
      bytes += piece.length;
    }
    yield decoded(path, bytes, () => decoder?.decode() ?? '');
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(path, error));
    throw error;
  }
}

async function opened(path: string) {
  const file = await openRegularFile(path);
  const { size } = await file.stat();
  const close = () => file.close();
  if (size > LIMITS.annotationFile.most) {
    await close();
    throw new UserError(
      `${path} is too large: at most ${LIMITS.annotationFile.most} ${LIMITS.annotationFile.of} are read.`,
    );
  }
  return {
    async *stream(): AsyncGenerator<Uint8Array> {
      for (;;) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(BYTES_AT_ONCE), 0, BYTES_AT_ONCE);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    },
    [Symbol.asyncDispose]: close,
  };
}

function encodingOf(start: Uint8Array): string {
  const found = MARKS.find(([bytes]) => bytes.every((byte, index) => start[index] === byte));
  return found?.[1] ?? 'utf-8';
}

function decoded(path: string, place: number, decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(
      `${path} is not UTF-8 (from byte ${place} on), nor UTF-16 with a mark at its beginning: convert it, as by 'iconv -f latin1 -t utf-8'.`,
    );
  }
}
