import { mean } from 'simple-statistics';
import { z } from 'zod';
import { UserError } from '../../../artifact/user-error.ts';
import { checkArgument } from '../../arguments/check-argument.ts';
import { RANKED_ITEM, type RankedItem } from './roc-auc.ts';

/** An item of a ranking that may count more or less than one. */
export interface WeightedItem extends RankedItem {
  /** Above 0. Default 1. */
  readonly weight?: number;
}

const ITEMS = z.array(RANKED_ITEM.extend({ weight: z.number().positive().optional() }));

/**
 * Average precision: the sum over distinct scores, from the highest, of precision there times the recall gained there, each
 * item counted by its weight. From 0 to 1; 1 where all positive items score above all others. Not interpolated. Equal to
 * `average_precision_score` of scikit-learn, with `sample_weight` for weights.
 *
 * @throws UserError for scores that are not finite, weights that are not above 0, and without a positive item
 */
export function averagePrecision(items: readonly WeightedItem[]): number {
  checkArgument('the list of items of average precision', ITEMS, items);
  const all = weightOf(items.filter(({ positive }) => positive));
  if (all === 0) {
    throw new UserError('average precision has no positive item: it is defined where there is at least one.');
  }
  const sorted = items.toSorted((a, b) => b.score - a.score);
  let [found, seen, area] = [0, 0, 0];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]?.score === sorted[start]?.score) end += 1;
    const group = sorted.slice(start, end);
    const gained = weightOf(group.filter(({ positive }) => positive));
    found += gained;
    seen += weightOf(group);
    area += (found / seen) * (gained / all);
    start = end;
  }
  return area;
}

/**
 * Mean average precision: `averagePrecision` of each class, and the mean of them. From 0 to 1.
 *
 * @throws UserError as `averagePrecision` does, for any class
 */
export function meanAveragePrecision(classes: readonly (readonly WeightedItem[])[]): {
  readonly score: number;
  readonly scores: readonly number[];
} {
  checkArgument('the list of classes of mean average precision', z.array(ITEMS).min(1), classes);
  const scores = classes.map(averagePrecision);
  return { score: mean(scores), scores };
}

function weightOf(items: readonly WeightedItem[]): number {
  return items.reduce((total, { weight = 1 }) => total + weight, 0);
}
