import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { UserError } from '../../artifact/user-error.ts';

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
  const sites = Object.entries(folders)
    .sort(([a], [b]) => b.length - a.length)
    .map(([place, folder]) => ({ place, answer: sirv(folder, { dev: true, dotfiles: false }) }));
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('Cache-Control', 'no-cache');
    const none = () => {
      response.statusCode = 404;
      response.end('There is no such file.');
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.statusCode = 405;
      response.end('Files are read alone.');
      return;
    }
    const url = request.url ?? '/';
    const site = sites.find(({ place }) => url.startsWith(place));
    if (site === undefined) none();
    else {
      request.url = url.slice(site.place.length - 1);
      site.answer(request, response, none);
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
