import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { nodePlatform } from '../node-platform.ts';
import { endThread } from '../thread/end-thread.ts';
import { serve } from './serve.ts';

// Whoever imports this outside of a thread of ours means something else: nothing happens.
if (parentPort !== null) void begin(parentPort);

async function begin(port: MessagePort): Promise<void> {
  await serve(workerData, nodePlatform, {
    send: (response, transferables) => port.postMessage(response, transferables),
    listen: (listener) => port.on('message', listener),
    end: endThread,
  });
}
