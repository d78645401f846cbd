import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Draw } from './benchmark.ts';

/** A number of 48 bits that depends on a text alone, as if drawn. */
export function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}

/**
 * Draws for one question: the same for the same seed and item, whatever else is asked. Of two counts the larger has the
 * smaller's items and further ones.
 */
export function drawFor(seed: number, id: string): Draw {
  return (items, count) => {
    const random = xoroshiro128plus(hashOf(`${seed}:${id}`) | 0);
    // Fisher and Yates' shuffle as far as it is looked at; what was swapped is kept apart.
    const swapped = new Map<number, number>();
    const at = (place: number) => swapped.get(place) ?? place;
    return Array.from({ length: Math.min(count, items.length) }, (_, place) => {
      const other = uniformInt(random, place, items.length - 1);
      const chosen = at(other);
      swapped.set(other, at(place));
      return items[chosen];
    }).filter((item) => item !== undefined);
  };
}

/**
 * A sample of a stream that is held in little memory: the items whose names have the smallest hashes, in the stream's order.
 * It does not depend on the order, and a smaller sample is part of a larger one.
 *
 * @param count how many; all where undefined
 * @param salt other samples for another
 */
export async function sampleOf<Item extends { readonly id: string }>(
  items: AsyncIterable<Item>,
  count: number | undefined,
  salt: string,
): Promise<Item[]> {
  let kept: { readonly key: number; readonly place: number; readonly item: Item }[] = [];
  const cut = () => {
    kept.sort((a, b) => a.key - b.key || a.place - b.place);
    kept = kept.slice(0, count);
  };
  let place = 0;
  for await (const item of items) {
    kept.push({ key: count === undefined ? 0 : hashOf(`${salt}:${item.id}`), place, item });
    place += 1;
    if (count !== undefined && kept.length >= 2 * count + 1000) cut();
  }
  if (count !== undefined) cut();
  return kept.sort((a, b) => a.place - b.place).map(({ item }) => item);
}
