import { once } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { nodePlatform } from '../node-platform.ts';
import { endThread } from '../thread/end-thread.ts';
import { serve } from './serve.ts';

// Whoever imports this outside of a thread of ours means something else: nothing happens.
if (parentPort !== null) void begin(parentPort);

async function begin(port: MessagePort): Promise<void> {
  // A thread that was started before it was known which model it will run is told by the first message.
  const [options] = workerData === null ? await once(port, 'message') : [workerData];
  await serve(options, nodePlatform, {
    send: (response, transferables) => port.postMessage(response, transferables),
    listen: (listener) => port.on('message', listener),
    end: endThread,
  });
}
