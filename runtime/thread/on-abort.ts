/** Of each signal, who is to be told. The signal itself has one listener of ours, however many wait. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls a listener once when a signal is aborted, at once where it is already. Any number may wait for one signal, as the
 * requests of a server do for the one that ends it: more than ten listeners of a signal are what Node warns of as a leak.
 *
 * @returns stops waiting
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => {};
  }
  // Who waits twice is told twice.
  const told = () => listener();
  const others = waiting.get(signal);
  if (others === undefined) begin(signal, new Set([told]));
  else others.add(told);
  return () => waiting.get(signal)?.delete(told);
}

function begin(signal: AbortSignal, listeners: Set<() => void>): void {
  waiting.set(signal, listeners);
  const tell = () => {
    // One that is told may be why another stops waiting.
    for (const listener of listeners) listener();
    waiting.delete(signal);
  };
  signal.addEventListener('abort', tell, { once: true });
}
