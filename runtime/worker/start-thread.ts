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

/** A thread that has been started and loads its modules, for the first model that is opened with it. */
export type WarmThread = {
  readonly start: StartThread;
  /** Ends it, where no model was opened with it. */
  end(): Promise<void>;
};

/**
 * Starts the thread before it is known which model it will run, so that it loads its modules meanwhile.
 *
 * @throws UserError where its module is not there
 */
export function warmThread(): WarmThread {
  const worker = workerOf(ownEntry(), null, {});
  // By itself it keeps no process alive. What is wrong with it is told to whom opens a model with it.
  worker.unref();
  let fault: Error | undefined;
  let hasEnded = false;
  worker.on('error', (error) => {
    fault ??= error;
  });
  worker.on('exit', () => {
    hasEnded = true;
  });
  let isUsed = false;
  return {
    start(options, listeners) {
      if (isUsed) throw new Error('a thread runs one model');
      isUsed = true;
      worker.ref();
      worker.postMessage(options);
      const thread = use(worker, listeners);
      // What it would be told by events that came before.
      queueMicrotask(() => {
        if (fault !== undefined) listeners.onFault(threadFault(SUBJECT, fault));
        if (hasEnded) listeners.onEnd(threadFault(SUBJECT, fault ?? new Error('it was not used')));
      });
      return thread;
    },
    async end() {
      if (!isUsed) await worker.terminate();
    },
  };
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
