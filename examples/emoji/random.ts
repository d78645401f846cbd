import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Random choices that depend on nothing but the numbers given: batches made of them are the same whenever and wherever
 * a training run is resumed.
 */
export class Random {
  readonly #generator;

  /** @param keys what the choices depend on, as a seed, a step and a place in the batch; integers */
  constructor(...keys: readonly number[]) {
    this.#generator = xoroshiro128plus(mix(keys));
  }

  /** From 0, below 1. */
  unit(): number {
    return uniformFloat64(this.#generator);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return uniformInt(this.#generator, 0, count - 1);
  }

  /** @throws RangeError for an empty list */
  pick<Item>(items: readonly Item[]): Item {
    const item = items.length === 0 ? undefined : items[this.below(items.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }

  shuffle<Item>(items: readonly Item[]): Item[] {
    return this.sample(items, items.length);
  }

  /** `count` different items in random order; all of them where there are fewer. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    const left = [...items];
    const wanted = Math.min(count, left.length);
    for (let place = 0; place < wanted; place += 1) {
      const other = place + this.below(left.length - place);
      const [here, there] = [left[place], left[other]];
      if (here !== undefined && there !== undefined) [left[place], left[other]] = [there, here];
    }
    return left.slice(0, wanted);
  }

  /** An item by weight. */
  weighted<Item>(items: readonly (readonly [item: Item, weight: number])[]): Item {
    let left = this.unit() * items.reduce((sum, [, weight]) => sum + weight, 0);
    const chosen = items.find(([, weight]) => {
      left -= weight;
      return left < 0;
    });
    return (chosen ?? [this.pick(items)[0]])[0];
  }
}

/** 32 well-mixed bits of any number of integers: the finaliser of MurmurHash3 over a running sum. */
function mix(keys: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const key of keys) {
    hash = Math.imul(hash ^ key, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash ^ (Math.floor(key / 2 ** 32) + keys.length), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash;
}
