import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { hashOf } from '../benchmark/random.ts';

/** Draws one after the other. */
export interface Chance {
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number;
  shuffle<Item>(items: readonly Item[]): Item[];
}

/** Draws that depend on a text alone: the same whatever else is drawn. */
export function chanceOf(text: string): Chance {
  const random = xoroshiro128plus(hashOf(text) | 0);
  const below = (count: number) => uniformInt(random, 0, count - 1);
  return {
    below,
    shuffle(items) {
      const left = [...items];
      // Fisher and Yates' shuffle: each place in turn takes one of those that are left.
      return items.flatMap(() => left.splice(below(left.length), 1));
    },
  };
}
