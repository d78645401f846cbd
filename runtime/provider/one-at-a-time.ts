import { setTimeout as sleep } from 'node:timers/promises';
import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';

/** Nobody's number: threads begin with 0. */
const FREE = -1;

/** By what name threads find the lock of their process: a thread that is started gets what the one before it has. */
const LOCK = 'flamingo-onnx: the thread that uses the device';

/** How long to sleep before it is asked again whether the device is free, in milliseconds; a run takes as long at least. */
const PATIENCE = 1;

let last: Promise<unknown> = Promise.resolve();

/**
 * Does something when no other of the process does, in whatever thread: with a device that two must not use at once. In the
 * order in which they come within one thread.
 */
export function oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = last.then(async () => {
    const lock = await taken();
    try {
      return await work();
    } finally {
      Atomics.store(lock, 0, FREE);
    }
  });
  last = turn.catch(() => {});
  return turn;
}

/** Gives the device back that a thread had when it ended. */
export function releaseOf(thread: number): void {
  Atomics.compareExchange(sharedLock(), 0, thread, FREE);
}

async function taken(): Promise<Int32Array> {
  const lock = sharedLock();
  while (Atomics.compareExchange(lock, 0, FREE, threadId) !== FREE) await sleep(PATIENCE);
  return lock;
}

function sharedLock(): Int32Array {
  const known = getEnvironmentData(LOCK);
  if (known instanceof SharedArrayBuffer) return new Int32Array(known);
  const made = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const lock = new Int32Array(made);
  lock[0] = FREE;
  setEnvironmentData(LOCK, made);
  return lock;
}

// Before any thread is started, so that all have the same.
sharedLock();
