import { distance, closest as nearest } from 'fastest-levenshtein';

/** Nobody misspells a word so long, and comparing it would take long. */
const LONGEST = 100;

/** The word with the fewest letters to change; undefined when none comes near. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST || candidates.length === 0) return undefined;
  const best = nearest(word, candidates);
  return distance(word, best) <= Math.max(2, word.length / 3) ? best : undefined;
}
