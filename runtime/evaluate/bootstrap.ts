import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileSorted } from 'simple-statistics';

/** Where a number lies with 95% confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Places drawn with putting back, as many as there are. The same for the same seed. */
export function* resamples(count: number, times: number, seed = 0): Generator<Int32Array> {
  const random = xoroshiro128plus(seed);
  for (let time = 0; time < times; time += 1) {
    yield Int32Array.from({ length: count }, () => uniformInt(random, 0, count - 1));
  }
}

/** The middle 95% of numbers: the interval of a bootstrap by its percentiles (Efron 1979). */
export function middle(values: readonly number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  return { low: quantileSorted(sorted, 0.025), high: quantileSorted(sorted, 0.975) };
}

/** The 95% interval of the mean of items, by drawing items again. */
export function bootstrapMean(values: readonly number[], times = 1000): Interval {
  const means: number[] = [];
  for (const places of resamples(values.length, times)) means.push(meanAt(values, places));
  return middle(means);
}

/** Two-sided 95% points of Student's t, by degrees of freedom from 1. */
const STUDENT = [
  ...[
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  ],
  ...[2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042],
];
const NORMAL = 1.96;

/** The 95% interval of the mean of a few independent runs, by Student's t. @param values two or more, none below 0 */
export function studentInterval(values: readonly number[]): Interval {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = (STUDENT[count - 2] ?? NORMAL) * Math.sqrt(variance / count);
  return { low: Math.max(0, mean - half), high: mean + half };
}

/** The 95% interval of the first mean less the second, of items that have nothing to do with each other: each is drawn again by itself. */
export function bootstrapDifference(
  first: readonly number[],
  second: readonly number[],
  times = 1000,
): Interval {
  const draws = [resamples(first.length, times, 0), resamples(second.length, times, 1)] as const;
  const differences = Array.from({ length: times }, () => {
    const [a, b] = [draws[0].next().value, draws[1].next().value];
    return meanAt(first, a ?? new Int32Array()) - meanAt(second, b ?? new Int32Array());
  });
  return middle(differences);
}

function meanAt(values: readonly number[], places: Int32Array): number {
  let sum = 0;
  for (const place of places) sum += values[place] ?? 0;
  return sum / places.length;
}
