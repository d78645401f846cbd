import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Draws for making one file: the same seed and number give the same file, wherever it is made. */
export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(
    seed: number,
    /** The number of the file. */
    readonly file: number,
  ) {
    this.#generator = xoroshiro128plus(Math.imul(seed, 0x9e3779b1) ^ Math.imul(file + 1, 0x85ebca6b));
    // The first numbers of seeds that differ in few bits are alike.
    for (let count = 0; count < 4; count++) this.#generator.next();
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor(((this.#generator.next() >>> 0) / 2 ** 32) * below);
  }

  /** True once in `times`, on average. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** A length: mostly small, seldom up to `most`. */
  length(most: number): number {
    return this.below(1 + Math.floor(most ** (this.below(1001) / 1000)));
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('there is nothing to pick from');
    return value;
  }
}
