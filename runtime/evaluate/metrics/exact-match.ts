import { mean } from 'simple-statistics';
import { z } from 'zod';
import { checkArgument } from '../../arguments/check-argument.ts';
import { pythonTrimmed } from './python-text.ts';

/** A written answer, and all that are right. */
export interface AnswerItem {
  readonly answer: string;
  /** At least one. */
  readonly answers: readonly string[];
}

const ITEMS = z.array(z.looseObject({ answer: z.string(), answers: z.array(z.string()).min(1) })).min(1);

/**
 * Exact match: the share of answers that equal any right one, spaces around them aside. From 0 to 1. The metric of
 * MSVD-QA and MSRVTT-QA, which have one right answer each. An empty answer is wrong unless it is right.
 *
 * @param normalise what is compared instead of the answers, `normaliseVqaAnswer` for one
 * @throws UserError for no items, or one without right answers
 */
export function exactMatch(
  items: readonly AnswerItem[],
  normalise: (text: string) => string = pythonTrimmed,
): { readonly score: number; readonly scores: readonly number[] } {
  checkArgument('the list of items of exact match', ITEMS, items);
  const scores = items.map(({ answer, answers }) => {
    const given = normalise(answer);
    return answers.some((right) => normalise(right) === given) ? 1 : 0;
  });
  return { score: mean(scores), scores };
}
