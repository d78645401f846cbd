import type { Case, Comparison, Spread } from '../result.ts';
import type { Samples } from './interleave.ts';
import { compare, exactly, spreadOf } from './statistics.ts';

/** What one run has to do at the least, and so the time that it cannot take less than. */
export interface Counted {
  /** Multiply-adds of products with weights. */
  readonly products: number;
  /** Those of products of what was computed, which are in float32 whatever the weights are. */
  readonly attention: number;
  /** Read from memory: weights and cached keys and values. */
  readonly bytes: number;
}

/** What the machine can do, each measured alone. */
export interface Limits {
  /** Multiply-adds a second of a large product with weights of the same precision. */
  readonly products: number;
  /** The same in float32. */
  readonly attention: number;
  /** Bytes a second. */
  readonly bytes: number;
}

/** Something that is done at several sizes. */
export interface Growing {
  readonly name: string;
  readonly sizes: readonly number[];
  counted(size: number): Counted;
  /** How many units a run is divided by for the time of each: tokens, rows, pictures. Default: the size. */
  units?(size: number): number;
}

export type Sized = Pick<Growing, 'name' | 'sizes'>;

/** What a size of a growing thing is called among the samples. */
export function cellOf({ name }: Pick<Growing, 'name'>, size: number): string {
  return `${name} ${size}`;
}

/** All sizes of what has a text in its name, else those of which what they are called ends in it. */
export function wantedSizes(growing: Sized, only = ''): readonly number[] {
  const { name, sizes } = growing;
  return name.includes(only) ? sizes : sizes.filter((size) => cellOf(growing, size).endsWith(only));
}

/**
 * A line for each size: the time, that of each unit, the least time that what is counted takes on this machine, the
 * exponent by which the time grows from the size before, the exponent of what is counted, and how many times the least it
 * takes. An exponent of 1 is in proportion.
 */
export function growthCases(growing: Growing, samples: Samples<string>, limits: Limits): readonly Case[] {
  const at = (size: number) => samples[cellOf(growing, size)] ?? [];
  const least = (size: number) => leastTime(growing.counted(size), limits);
  return growing.sizes.map((size, index) => {
    const units = growing.units?.(size) ?? size;
    const each = at(size).map((time) => time / units);
    const before = growing.sizes[index - 1];
    const limit = least(size);
    return {
      name: cellOf(growing, size),
      variants: {
        time: spreadOf(at(size), 'ms'),
        each: spreadOf(each, 'ms'),
        least: exactly(limit, 'ms'),
      } satisfies Record<string, Spread>,
      comparisons: [
        ...(before === undefined
          ? []
          : [
              exponent('exponent', compare('', at(size), at(before)), size / before),
              exponent('of the least', compare('', [limit], [least(before)]), size / before),
            ]),
        compare(
          'time / least',
          at(size),
          at(size).map(() => limit),
        ),
      ],
    };
  });
}

/** Milliseconds. */
function leastTime(counted: Counted, limits: Limits): number {
  const computing = counted.products / limits.products + counted.attention / limits.attention;
  return 1000 * Math.max(computing, counted.bytes / limits.bytes);
}

/** How a ratio of times grows with the ratio of sizes. */
function exponent(name: string, ratio: Comparison, sizes: number): Comparison {
  const of = (value: number) => Math.log(value) / Math.log(sizes);
  return { ...ratio, name, median: of(ratio.median), low: of(ratio.low), high: of(ratio.high) };
}
