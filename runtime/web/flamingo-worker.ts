import type { Request, Response } from '../worker/protocol.ts';
import { serve } from '../worker/serve.ts';
import type { OpenRequest, WebResponse } from './protocol.ts';
import { webPlatform } from './web-platform.ts';

const send = (response: Response | WebResponse, transfer: ArrayBuffer[] = []): void =>
  self.postMessage(response, { transfer });

// Whoever imports this outside of a worker means something else: nothing happens.
if ('WorkerGlobalScope' in globalThis) {
  self.addEventListener(
    'message',
    ({ data: { options, settings } }: MessageEvent<OpenRequest>) => {
      void serve(options, webPlatform(settings, send), {
        send,
        listen: (listener) =>
          self.addEventListener('message', ({ data }: MessageEvent<Request>) => listener(data)),
        // The page ends it when it has heard that it may.
        end: () => {},
      });
    },
    { once: true },
  );
}
