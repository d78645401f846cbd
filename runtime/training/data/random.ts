import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Draws that depend on nothing but the keys, from 0 to below 1: a run that is resumed has the same.
 *
 * @param keys seed, step, place in the batch or the like
 */
export function drawsOf(...keys: readonly number[]): () => number {
  const generator = xoroshiro128plus(createHash('sha256').update(keys.join(' ')).digest().readInt32LE(0));
  return () => uniformFloat64(generator);
}
