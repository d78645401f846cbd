import { createHash } from 'node:crypto';

/** One emoji in ten is kept from training in every style, with its words. */
const HELD_OUT = 0.1;

/**
 * Whether an emoji is kept from training in every style. It depends on its code points and the seed alone, so that
 * emoji which Unicode adds later move no other.
 */
export function isHeldOut(hexcode: string, seed = 0): boolean {
  const hash = createHash('sha256').update(`${seed} ${hexcode}`).digest();
  return hash.readUInt32BE() / 2 ** 32 < HELD_OUT;
}
