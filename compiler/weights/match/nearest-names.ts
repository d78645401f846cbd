import { closest } from 'fastest-levenshtein';

/** Distances between more pairs than this would keep the user waiting: for so many, only the first get a hint. */
const MOST_PAIRS = 1_000_000;

/**
 * The nearest of `others` for each name, for error messages. Hundreds of names against hundreds take a fraction of a
 * second; of thousands only the first get one.
 */
export function nearestNames(
  names: readonly string[],
  others: readonly string[],
): ReadonlyMap<string, string> {
  if (others.length === 0) return new Map();
  const affordable = names.slice(0, Math.max(1, Math.floor(MOST_PAIRS / others.length)));
  return new Map(affordable.map((name) => [name, closest(name, [...others])]));
}
