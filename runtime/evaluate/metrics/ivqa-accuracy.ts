import { mean } from 'simple-statistics';
import { z } from 'zod';
import { checkArgument } from '../../arguments/check-argument.ts';
import type { AnswerItem } from './exact-match.ts';
import { pythonTrimmed } from './python-text.ts';

const ITEMS = z.array(z.looseObject({ answer: z.string(), answers: z.array(z.string()).min(1) })).min(1);

/** An answer that so many people gave is wholly right. */
const ENOUGH = 2;

/**
 * iVQA accuracy (Yang et al. 2021, `train_videoqa.py`): `min(1, how many of the five people gave the answer / 2)`, answers
 * being compared as they are written, spaces around them aside. From 0 to 1.
 *
 * @throws UserError for no items, or one without right answers
 */
export function ivqaAccuracy(items: readonly AnswerItem[]): {
  readonly score: number;
  readonly scores: readonly number[];
} {
  checkArgument('the list of items of iVQA accuracy', ITEMS, items);
  const scores = items.map(({ answer, answers }) => {
    const given = pythonTrimmed(answer);
    return Math.min(1, answers.filter((one) => pythonTrimmed(one) === given).length / ENOUGH);
  });
  return { score: mean(scores), scores };
}
