import { mean } from 'simple-statistics';
import { z } from 'zod';
import { checkArgument } from '../../arguments/check-argument.ts';
import { WordNet } from './wordnet.ts';

/** A written answer and the right one, each of one word or of several between commas. */
export interface WupsItem {
  readonly answer: string;
  readonly truth: string;
}

const ITEMS = z.array(z.looseObject({ answer: z.string(), truth: z.string() })).min(1);
const OPTIONS = z.strictObject({ threshold: z.number().min(0).max(1).optional() });

/** What similarity below the threshold counts. */
const BELOW = 0.1;

/**
 * WUPS (Malinowski and Fritz 2014, `calculate_wups.py`): how near the words of an answer are to those of the right one.
 * Two words are as near as the nearest of their meanings (`WordNet.similarity`), a tenth of it below the threshold;
 * the same words are 1, words that are no nouns of WordNet 0. Of the answer's words the product of each one's nearest right
 * word is taken, of the right words that of each one's nearest in the answer, and the smaller of both. From 0 to 1. The score is
 * the mean of the items'.
 *
 * Words are compared in their own case, with spaces around them left out; an empty answer is one empty word, as in the
 * original.
 *
 * @param options `threshold`: 0.9 (default) or 0 as published, or any number from 0 to 1
 * @throws UserError for no items, or another threshold
 */
export function wups(
  items: readonly WupsItem[],
  wordNet: WordNet,
  options: { readonly threshold?: number } = {},
): { readonly score: number; readonly scores: readonly number[] } {
  checkArgument('the list of items of WUPS', ITEMS, items);
  checkArgument('the WordNet of WUPS', z.instanceof(WordNet, { error: 'what openWordNet gives' }), wordNet);
  checkArgument('the options of WUPS', OPTIONS, options);
  const { threshold = 0.9 } = options;
  const nearness = remembered(wordNet, threshold);
  const coverage = (words: readonly string[], others: readonly string[]) =>
    words.reduce((product, word) => product * Math.max(...others.map((other) => nearness(word, other))), 1);
  const scores = items.map(({ answer, truth }) => {
    const words = wordsOf(answer);
    const others = wordsOf(truth);
    return Math.min(coverage(words, others), coverage(others, words));
  });
  return { score: mean(scores), scores };
}

function wordsOf(answer: string): readonly string[] {
  return answer.split(',').map((word) => word.trim());
}

/** Answers of a data set repeat. */
function remembered(wordNet: WordNet, threshold: number): (a: string, b: string) => number {
  const known = new Map<string, number>();
  return (a, b) => {
    if (a === b) return 1;
    const key = `${a},${b}`;
    const found = known.get(key) ?? weighed(nearest(wordNet, a, b), threshold);
    known.set(key, found);
    return found;
  };
}

function nearest(wordNet: WordNet, a: string, b: string): number {
  let best = 0;
  for (const one of wordNet.meanings(a)) {
    for (const other of wordNet.meanings(b)) best = Math.max(best, wordNet.similarity(one, other));
  }
  return best;
}

function weighed(similarity: number, threshold: number): number {
  return similarity < threshold ? BELOW * similarity : similarity;
}
