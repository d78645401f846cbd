import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { UserError } from '../../artifact/user-error.ts';
import { answerFile, answerWords } from './answer-file.ts';

/** What makes a page isolated, so that WebAssembly has threads there. */
const ISOLATION: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Folders by where they lie on the site: `/` and `/models/emoji/`. */
export type Folders = Readonly<Record<string, string>>;

export type ServeOptions = {
  /** 0: any that is free. */
  readonly port: number;
  /** Default: this machine alone. */
  readonly host?: string;
  /** Headers of every answer; default those of an isolated page. */
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * Serves folders as a site, to this machine alone unless told.
 *
 * @returns the server, and the site's address
 * @throws UserError for a port that cannot be had
 */
export async function serveFolders(
  folders: Folders,
  { port, host = '127.0.0.1', headers = ISOLATION }: ServeOptions,
): Promise<{ server: Server; url: string }> {
  // The longest first: `/` takes what the others have not.
  const places = Object.entries(folders).sort(([a], [b]) => b.length - a.length);
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('Cache-Control', 'no-cache');
    const url = siteUrl(request);
    if (url === undefined)
      answerWords(
        response,
        403,
        'This site is served to this machine, as localhost or by its number: open it so, not by another name.',
      );
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      answerWords(response, 405, 'Files are read alone.');
    } else {
      const [place, folder] = places.find(([place]) => url.pathname.startsWith(place)) ?? [];
      if (place === undefined || folder === undefined) answerWords(response, 404, 'There is no such file.');
      else void answerFile(response, folder, url.pathname.slice(place.length));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new UserError(
          `Port ${port} of ${host} cannot be had (${error.code ?? error.message}): choose another with --port.`,
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return { server, url: `http://${host}:${address.port}/` };
}

/**
 * What a request asks for. No other name than `localhost` leads here but one that a stranger's page was given, so as to read
 * what is served to this machine alone (DNS rebinding).
 *
 * @returns undefined for such a name, or for what is no address
 */
function siteUrl({ url = '/', headers }: IncomingMessage): URL | undefined {
  const host = headers.host || 'localhost';
  const asked = url.startsWith('/') ? `http://${host}${url}` : url;
  if (!URL.canParse(asked)) return undefined;
  const site = new URL(asked);
  const name = site.hostname.replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isIP(name) !== 0 ? site : undefined;
}
