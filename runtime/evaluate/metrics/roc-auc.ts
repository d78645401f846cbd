import { z } from 'zod';
import { UserError } from '../../../artifact/user-error.ts';
import { checkArgument } from '../../arguments/check-argument.ts';

export const RANKED_ITEM = z.looseObject({ score: z.number(), positive: z.boolean() });

/** What a binary classifier says of an item, and the truth. */
export interface RankedItem {
  /** The higher, the more likely positive: a probability, a log-likelihood ratio, any finite number. */
  readonly score: number;
  readonly positive: boolean;
}

/**
 * Area under the curve of true positives over false positives: the probability that a positive item scores higher than a
 * negative one, ties counting half (Mann and Whitney 1947; Fawcett 2006). From 0 to 1; 0.5 is chance. Equal to
 * `roc_auc_score` of scikit-learn. The metric of HatefulMemes.
 *
 * @throws UserError for scores that are not finite, and without a positive or without a negative item
 */
export function rocAuc(items: readonly RankedItem[]): number {
  checkArgument('the list of items of ROC AUC', z.array(RANKED_ITEM), items);
  const positives = items.filter(({ positive }) => positive).length;
  const negatives = items.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new UserError(
      `ROC AUC has ${positives} positive and ${negatives} negative items: it is defined where there is at least one of each.`,
    );
  }
  const sorted = items.toSorted((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]?.score === sorted[start]?.score) end += 1;
    const rank = (start + 1 + end) / 2;
    rankSum += rank * sorted.slice(start, end).filter(({ positive }) => positive).length;
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
