/** Far more than any cache holds. */
const BYTES = 256 * 2 ** 20;

/**
 * Bytes a second that one thread reads and writes when it copies, the best of several times: what the machine can do
 * while others use it too.
 */
export function memoryBandwidth(rounds = 5): number {
  const from = Buffer.alloc(BYTES, 1);
  const to = Buffer.alloc(BYTES, 2);
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    from.copy(to);
    best = Math.max(best, (2 * BYTES) / ((performance.now() - started) / 1000));
  }
  return best;
}
