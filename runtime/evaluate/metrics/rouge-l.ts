import { mean } from 'simple-statistics';
import { checkArgument } from '../../arguments/check-argument.ts';
import {
  CAPTION_OPTIONS,
  type CaptionItem,
  type CaptionOptions,
  type CaptionScore,
  preparedItems,
} from './caption-items.ts';

/** How much more recall counts than precision. */
const BETA = 1.2;

/**
 * ROUGE-L (Lin 2004): the F-measure, with β = 1.2, of the longest common subsequence of words, by the best precision and
 * the best recall of all references, which need not be one reference's. From 0 to 1; 1 for a candidate that equals a
 * reference. The corpus has the mean of its items.
 *
 * Equal to `Rouge` of pycocoevalcap 1.2. As there, an empty caption is one empty word: an empty candidate scores 0 but
 * for an empty reference.
 *
 * @throws UserError for no items or an item without references
 */
export function rougeL(items: readonly CaptionItem[], options: CaptionOptions = {}): CaptionScore {
  checkArgument('the options of ROUGE-L', CAPTION_OPTIONS, options);
  const scores = preparedItems('ROUGE-L', items, options).map(({ candidate, references }) => {
    const words = candidate.split(' ');
    const found = references.map((reference) => {
      const others = reference.split(' ');
      const common = longestCommonSubsequence(words, others);
      return { precision: common / words.length, recall: common / others.length };
    });
    const precision = Math.max(...found.map((one) => one.precision));
    const recall = Math.max(...found.map((one) => one.recall));
    if (precision === 0 || recall === 0) return 0;
    return ((1 + BETA ** 2) * precision * recall) / (recall + BETA ** 2 * precision);
  });
  return { score: mean(scores), scores };
}

/** How many words two texts have in common in the same order. */
function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const next = [0];
    for (const [index, other] of b.entries()) {
      next.push(word === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
