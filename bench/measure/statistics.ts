import { binomialDistribution, median, quantile } from 'simple-statistics';
import type { Comparison, Spread } from '../result.ts';

const CONFIDENCE = 0.95;

/** Median and quartiles. */
export function spreadOf(samples: readonly number[], unit: Spread['unit']): Spread {
  const values = [...samples];
  return {
    unit,
    median: median(values),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    samples: values.length,
  };
}

/** A number that is counted, not measured. */
export function exactly(value: number, unit: Spread['unit']): Spread {
  return { unit, median: value, low: value, high: value, samples: 1 };
}

/**
 * The median of the ratios of pairs that were measured in the same round, so that what slows the machine for a while
 * slows both. Its interval asks nothing of how the ratios are distributed: each of n ratios is below the true median
 * with probability 1/2, so the k-th smallest and the k-th largest enclose it with a probability that the binomial
 * distribution gives. The narrowest such interval of at least 95 % is taken; few pairs reach less, and it is said.
 */
export function compare(name: string, of: readonly number[], to: readonly number[]): Comparison {
  const ratios = of.flatMap((value, round) => {
    const other = to[round];
    return other === undefined ? [] : [value / other];
  });
  const { cut, confidence } = medianInterval(ratios.length);
  const sorted = ratios.toSorted((a, b) => a - b);
  return {
    name,
    median: median(ratios),
    low: sorted[cut] ?? Number.NaN,
    high: sorted[sorted.length - 1 - cut] ?? Number.NaN,
    confidence,
    pairs: ratios.length,
  };
}

/** How many of the smallest and of the largest of `count` samples an interval for the median leaves out. */
export function medianInterval(count: number): { cut: number; confidence: number } {
  if (count < 2) return { cut: 0, confidence: 0 };
  const chances = binomialDistribution(count, 0.5) ?? [];
  let cut = 0;
  let tail = chances[0] ?? 0;
  for (;;) {
    const next = tail + (chances[cut + 1] ?? 1);
    if (1 - 2 * next < CONFIDENCE) return { cut, confidence: 1 - 2 * tail };
    cut += 1;
    tail = next;
  }
}
