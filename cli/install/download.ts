import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { isSystemError, refusal } from '../../artifact/system-error.ts';
import { UserError } from '../../artifact/user-error.ts';

/** A file of a registry. */
export interface RemoteFile {
  readonly url: string;
  readonly hash: { readonly algorithm: 'sha256' | 'sha512'; readonly digest: string };
}

/** Asks an address. @throws UserError where nobody answers, or answers with an error */
export async function request(url: string, accept: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept }, signal });
  } catch (error) {
    signal.throwIfAborted();
    const { cause } = error instanceof Error ? error : {};
    const reason = cause instanceof Error ? cause.message : String(error);
    throw new UserError(
      `${url} cannot be reached (${reason}): run it on a machine that reaches it, or name a mirror with --index.`,
    );
  }
  if (response.ok) return response;
  throw new UserError(`${url} answered ${response.status} ${response.statusText}`.trim().concat('.'));
}

/**
 * Writes a file of a registry, and holds it to the checksum that the registry gives.
 *
 * @param onBytes told of what has come, and of all, where the server says it
 * @throws UserError for one that cannot be had, written, or is another than the registry says
 */
export async function download(
  { url, hash }: RemoteFile,
  path: string,
  onBytes: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await request(url, '*/*', signal);
  if (response.body === null) throw new UserError(`${url} answered nothing.`);
  const total = Number(response.headers.get('content-length') ?? 0);
  const digest = createHash(hash.algorithm);
  let done = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      digest.update(chunk);
      done += chunk.length;
      onBytes(done, Math.max(done, total));
      next(null, chunk);
    },
  });
  try {
    // Node's two kinds of streams of a body, which its types keep apart.
    await pipeline(Readable.fromWeb(response.body as ReadableStream), counted, createWriteStream(path), {
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (isSystemError(error) && error.path === path) throw new UserError(refusal(path, error, 'written'));
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${url} broke off after ${done} bytes (${reason}): try again.`);
  }
  const found = digest.digest('hex');
  if (found !== hash.digest)
    throw new UserError(
      `${url} has the ${hash.algorithm} ${found} instead of ${hash.digest}: nothing of it was installed.`,
    );
}
