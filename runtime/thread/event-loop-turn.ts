/** Lets the thread's event loop turn once: messages come in, pictures are read. A browser has timers alone, which may take 4 ms. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve);
  });
}
