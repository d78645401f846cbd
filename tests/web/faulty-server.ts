import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is done with a request in place of answering it; whether that was done. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A site whose server goes wrong: `break` says how, until it is told otherwise. */
export type FaultySite = {
  readonly server: Server;
  readonly url: string;
  /** @param fault Default: none. */
  break(fault?: Fault): void;
};

/** Serves what another server has, which is not listened to by itself. */
export async function serveFaulty(inner: Server): Promise<FaultySite> {
  let fault: Fault = () => false;
  const server = createServer((request, response) => {
    if (!fault(request, response)) inner.emit('request', request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `http://127.0.0.1:${port}/`,
    break: (given = () => false) => {
      fault = given;
    },
  };
}

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Type': 'application/octet-stream',
};

/** Answers requests of an address's end by bytes, and says to have so many. */
export const answered =
  (end: string, bytes: Uint8Array, said = bytes.length, type = 'application/octet-stream'): Fault =>
  ({ url = '' }, response) => {
    if (!url.endsWith(end)) return false;
    response.writeHead(200, { ...HEADERS, 'Content-Type': type, 'Content-Length': said });
    if (said === bytes.length) response.end(bytes);
    // The connection breaks when the bytes are on their way.
    else response.write(bytes, () => setTimeout(() => response.destroy(), 50));
    return true;
  };

/** Begins to answer, and goes no further; `onWait` hears when. */
export const stalled =
  (end: string, onWait: () => void = () => {}): Fault =>
  ({ url = '' }, response) => {
    if (!url.endsWith(end)) return false;
    response.writeHead(200, { ...HEADERS, 'Content-Length': 1000 });
    response.write(Uint8Array.of(1), onWait);
    return true;
  };

export const missing =
  (end: string): Fault =>
  ({ url = '' }, response) => {
    if (!url.endsWith(end)) return false;
    response.writeHead(404, HEADERS);
    response.end();
    return true;
  };
