import { UserError } from '../../artifact/user-error.ts';
import type { StartThread } from '../worker/client.ts';
import type { Response } from '../worker/protocol.ts';
import type { DownloadEvent, OpenRequest, WebResponse, WebSettings } from './protocol.ts';

export type WorkerListeners = {
  readonly onDownload: (event: DownloadEvent) => void;
  readonly onNote: (sentence: string) => void;
  /** Ends the worker at once. */
  readonly signal: AbortSignal;
};

/** A way to start the thread in a page: a web worker. */
export function startWorker(
  entry: URL,
  settings: WebSettings,
  { onDownload, onNote, signal }: WorkerListeners,
): StartThread {
  return (options, { onMessage, onFault, onEnd }) => {
    const worker = workerOf(entry);
    const end = (): void => {
      worker.terminate();
      onEnd(new UserError('The worker that runs the model has ended: load the model again.'));
    };
    worker.addEventListener('message', ({ data }: MessageEvent<Response | WebResponse>) => {
      if (data.kind === 'download') onDownload(data.event);
      else if (data.kind === 'note') onNote(data.sentence);
      else {
        onMessage(data);
        if (data.kind === 'closed' || data.kind === 'refused') end();
      }
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const reason = event.message
        ? `ended unexpectedly (${event.message.replace(/\.$/, '')}): load the model again.`
        : `cannot be started from ${entry.href}: check the connection, that flamingo-worker.js is there, and that the page's Content-Security-Policy allows it, or say where it is with 'worker'.`;
      onFault(new UserError(`The worker that runs the model ${reason}`));
      end();
    });
    signal.addEventListener('abort', end, { once: true });
    const first: OpenRequest = { kind: 'open', options, settings };
    worker.postMessage(first);
    return {
      send: (message) => worker.postMessage(message),
      // A page lives as long as it is shown.
      keepAlive: () => {},
    };
  };
}

/** @throws UserError for another server's module, which browsers start no worker from, or where the page may have none */
function workerOf(entry: URL): Worker {
  try {
    return new Worker(entry, { type: 'module', name: 'flamingo' });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    throw new UserError(
      `The worker that runs the model cannot be started from ${entry.href} (${reason}): put flamingo-worker.js on the page's own server, and say where with 'worker'.`,
    );
  }
}
