// Before the worker, whose own variables ONNX Runtime does not read.
import '../telemetry.ts';
import { type ResourceLimits, Worker } from 'node:worker_threads';
// Before the worker as well, so that all threads share one lock of the device.
import { releaseOf } from '../provider/one-at-a-time.ts';
import { checkThreadEntry, threadEntry, threadFault } from '../thread/thread-entry.ts';
import type { StartThread, Thread, ThreadListeners } from './client.ts';

const SUBJECT = 'The worker that runs the model';

/**
 * A way to start the thread in Node.
 *
 * @param entry The worker's module; default: the one beside this.
 * @param resourceLimits Of its JavaScript heap; the model's weights and caches lie outside of it.
 * @throws UserError, when the thread is to start, where its module is not there
 */
export function startThread(entry = ownEntry(), resourceLimits: ResourceLimits = {}): StartThread {
  return (workerData, listeners) => use(workerOf(entry, workerData, resourceLimits), listeners);
}

function ownEntry(): URL {
  return threadEntry(import.meta.url, 'flamingo-worker');
}

function workerOf(entry: URL, workerData: unknown, resourceLimits: ResourceLimits): Worker {
  checkThreadEntry(entry);
  return new Worker(entry, {
    workerData,
    name: 'flamingo',
    resourceLimits,
    // flags of this process need not suit a thread: --input-type ends it
    execArgv: [],
  });
}

function use(worker: Worker, { onMessage, onFault, onEnd }: ThreadListeners): Thread {
  worker.on('message', onMessage);
  worker.on('error', (error) => onFault(threadFault(SUBJECT, error)));
  const { threadId } = worker;
  worker.on('exit', (code) => {
    releaseOf(threadId);
    onEnd(threadFault(SUBJECT, new Error(`exit code ${code}`)));
  });
  return {
    send: (request) => worker.postMessage(request),
    keepAlive: (kept) => (kept ? worker.ref() : worker.unref()),
  };
}
