import { mean } from 'simple-statistics';
import { z } from 'zod';
import { UserError } from '../../../artifact/user-error.ts';
import { checkArgument } from '../../arguments/check-argument.ts';

/** A model's scores of classes or choices, and the right one. */
export interface ChoiceItem {
  /** One for each choice, the higher the better. */
  readonly scores: readonly number[];
  /** The index of the right choice, from 0. */
  readonly label: number;
}

const ITEMS = z.array(z.looseObject({ scores: z.array(z.number()).min(1), label: z.int().min(0) })).min(1);

/**
 * Top-1 accuracy: the share of items whose right choice scores highest, of which the first counts among equals (as
 * `numpy.argmax` has it). From 0 to 1. The metric of ImageNet, STAR and NextQA by choices.
 *
 * @throws UserError for no items, scores that are not finite, and a label that is no index of the scores
 */
export function topOneAccuracy(items: readonly ChoiceItem[]): {
  readonly score: number;
  readonly scores: readonly number[];
} {
  checkArgument('the list of items of top-1 accuracy', ITEMS, items);
  const found = items.map(({ scores, label }, index) => {
    if (label >= scores.length) {
      throw new UserError(
        `the label of item ${index} of top-1 accuracy is ${label}: pass the index of one of its ${scores.length} scores, from 0.`,
      );
    }
    const best = scores.reduce((at, score, other) => (score > (scores[at] ?? -Infinity) ? other : at), 0);
    return best === label ? 1 : 0;
  });
  return { score: mean(found), scores: found };
}
