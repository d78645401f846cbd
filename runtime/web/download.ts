import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { UserError } from '../../artifact/user-error.ts';

/** Hexadecimal. By the browser where it may: it hashes on pages with https alone. */
export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest: ArrayBuffer | Uint8Array = globalThis.isSecureContext
    ? await crypto.subtle.digest('SHA-256', bytes)
    : sha256(bytes);
  return bytesToHex(new Uint8Array(digest));
}

/**
 * Asks for a file.
 *
 * @throws UserError where it cannot be had, or a page is sent in its place
 */
export async function request(address: string, options: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    throw new UserError(
      `${address} cannot be fetched (${reason}): check the address and the connection, and that its server lets this page read it (CORS).`,
    );
  }
  if (response.ok && isPage(response)) {
    await response.body?.cancel();
    throw new UserError(
      `${address} is a web page (text/html) where a file is expected, as some servers answer where there is none: check the address, and that the whole folder is there.`,
    );
  }
  if (response.ok) return response;
  throw new UserError(
    `${address} cannot be fetched (${response.status} ${response.statusText}): check the address, and that the whole folder is there.`,
  );
}

function isPage({ headers }: Response): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '');
}

/**
 * The content of an answer, piece by piece.
 *
 * @param most bytes that are read
 * @param onBytes told of every piece's length
 * @throws UserError for more bytes, or a connection that breaks
 */
export async function readBody(
  response: Response,
  most: number,
  onBytes: (bytes: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  try {
    for (let piece = await reader?.read(); piece !== undefined && !piece.done; piece = await reader?.read()) {
      length += piece.value.length;
      if (length > most) {
        await reader?.cancel();
        throw new UserError(
          `${response.url} has more than the ${most} bytes that are expected: copy the whole artifact again.`,
        );
      }
      pieces.push(piece.value);
      onBytes(piece.value.length);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    throw new UserError(`The download of ${response.url} broke off (${reason}): try again.`);
  }
  const bytes = new Uint8Array(length);
  let place = 0;
  for (const piece of pieces) {
    bytes.set(piece, place);
    place += piece.length;
  }
  return bytes;
}
