import { probit } from 'simple-statistics';

/**
 * Wilson's score interval of a proportion (1927): where the true one lies with the given confidence. Unlike the
 * normal approximation it stays within 0 and 1 and holds for few trials and for extreme proportions.
 *
 * @param proportion of successes, from 0 to 1; for accuracies between, their mean, which makes the interval too wide
 * @param trials at least 1
 */
export function wilsonInterval(
  proportion: number,
  trials: number,
  confidence = 0.95,
): { readonly low: number; readonly high: number } {
  const z = probit((1 + confidence) / 2);
  const spread = z ** 2 / trials;
  const middle = (proportion + spread / 2) / (1 + spread);
  const half =
    (z / (1 + spread)) * Math.sqrt((proportion * (1 - proportion)) / trials + spread / (4 * trials));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
