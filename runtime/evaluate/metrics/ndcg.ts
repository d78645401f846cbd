import { mean, sum } from 'simple-statistics';
import { z } from 'zod';
import { UserError } from '../../../artifact/user-error.ts';
import { checkArgument } from '../../arguments/check-argument.ts';

/** A model's scores of the options of one round of a dialogue, and people's. */
export interface RankingItem {
  /** One for each option, the higher the better. */
  readonly scores: readonly number[];
  /** How right each option is, from 0 to 1: the share of people who found it so. */
  readonly relevance: readonly number[];
}

const ITEMS = z
  .array(z.looseObject({ scores: z.array(z.number()), relevance: z.array(z.number().min(0)) }))
  .min(1);

/**
 * Normalised discounted cumulative gain as VisDial defines it (visual dialog challenge 2018, `metrics.py`): with k options
 * that are relevant at all, the sum over the k that score highest of relevance over `log2(1 + rank)`, divided by the same
 * of the best order. From 0 to 1. Options of the same score keep their order. The score is the mean of the items'.
 *
 * @throws UserError for unequal lengths, numbers that are not finite, relevance below 0 or of nothing above 0
 */
export function ndcg(items: readonly RankingItem[]): {
  readonly score: number;
  readonly scores: readonly number[];
} {
  checkArgument('the list of items of NDCG', ITEMS, items);
  const scores = items.map(({ scores: own, relevance }, index) => {
    if (own.length !== relevance.length) {
      throw new UserError(
        `item ${index} of NDCG has ${own.length} scores and ${relevance.length} relevances: pass one of both for each option.`,
      );
    }
    const relevant = relevance.filter((value) => value > 0).length;
    if (relevant === 0) {
      throw new UserError(
        `no option of item ${index} of NDCG has a relevance above 0: leave the round out, as VisDial annotates none such.`,
      );
    }
    const gain = (by: readonly number[]) =>
      sum(
        [...relevance.keys()]
          .sort((a, b) => (by[b] ?? 0) - (by[a] ?? 0))
          .slice(0, relevant)
          .map((option, rank) => (relevance[option] ?? 0) / Math.log2(rank + 2)),
      );
    return gain(own) / gain(relevance);
  });
  return { score: mean(scores), scores };
}
