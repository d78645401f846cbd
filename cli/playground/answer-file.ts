import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { lookup } from 'mrmime';
import { isSystemError, refusal } from '../../artifact/system-error.ts';

/** In a name of a path: what would leave its folder, is hidden, or is in no file's name. */
const REFUSED = /^\.|[\\/\0]/;

/** What the system says where there is no such file. */
const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL'];

/**
 * Answers with a file of a folder, whole, or says in a sentence why there is none. A part that a request asks for (`Range`)
 * is not cut out, which HTTP leaves to the server.
 *
 * @param path below the folder, as an address writes it; of a folder it is its `index.html`
 */
export async function answerFile(response: ServerResponse, folder: string, path: string): Promise<void> {
  const names = namesOf(path);
  if (names.some((name) => REFUSED.test(name))) {
    answerWords(response, 404, 'There is no such file.');
    return;
  }
  const name = names.at(-1) ?? '';
  try {
    // Without waiting for who might write to a pipe.
    await using file = await open(join(folder, ...names), constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) {
      answerWords(response, 404, 'There is no such file.');
      return;
    }
    const type = lookup(name) ?? 'application/octet-stream';
    response.setHeader('Content-Type', type === 'text/html' ? `${type};charset=utf-8` : type);
    response.setHeader('Content-Length', found.size);
    if (response.req.method === 'HEAD' || found.size === 0) {
      response.end();
      return;
    }
    const content = file.createReadStream({ autoClose: false, end: found.size - 1 });
    await pipeline(content, response, { end: false });
    // Of a file that shrank on its way more was said than there is: an answer that is cut off, not one that never ends.
    if (content.bytesRead < found.size) response.destroy();
    else response.end();
  } catch (error) {
    if (response.headersSent) response.destroy();
    else if (!isSystemError(error)) answerWords(response, 500, `${name} cannot be read: ${String(error)}`);
    else if (ABSENT.includes(error.code)) answerWords(response, 404, 'There is no such file.');
    else answerWords(response, 500, refusal(name, error));
  }
}

/** Answers with a sentence. */
export function answerWords(response: ServerResponse, status: number, sentence: string): void {
  response.removeHeader('Content-Length');
  response.writeHead(status, { 'Content-Type': 'text/plain;charset=utf-8' });
  response.end(sentence);
}

/** The names of which a path consists; one that is no UTF-8 is taken as it stands. */
function namesOf(path: string): readonly string[] {
  const names = path.split('/');
  if (names.at(-1) === '') names[names.length - 1] = 'index.html';
  return names.map((name) => {
    try {
      return decodeURIComponent(name);
    } catch {
      return name;
    }
  });
}
