import { mean } from 'simple-statistics';
import { z } from 'zod';
import { checkArgument } from '../../arguments/check-argument.ts';
import { pythonTrimmed } from './python-text.ts';
import { normaliseVqaAnswer } from './vqa-answer.ts';

/** A model's answer to a question about a picture, and people's. */
export interface VqaItem {
  readonly answer: string;
  /** Two or more; the data sets have ten. */
  readonly answers: readonly string[];
}

const ITEMS = z.array(z.looseObject({ answer: z.string(), answers: z.array(z.string()).min(2) })).min(1);

/** An answer that so many others gave is wholly right. */
const ENOUGH = 3;

/**
 * VQA accuracy (Antol et al. 2015, as `vqaEval.py` computes it): the mean, over people's answers each left out once, of
 * `min(1, how many of the others agree / 3)`. From 0 to 1, and not rounded; the original prints hundredths of per cent.
 * The score is the mean of the questions'.
 *
 * Answers are compared after `normaliseVqaAnswer`, but where people all wrote the same they are compared as written, as in
 * the original. The metric of VQAv2, OK-VQA (after `openOkVqaStemmer`), TextVQA and VizWiz.
 *
 * @throws UserError for no items, or one with fewer than two answers
 */
export function vqaAccuracy(items: readonly VqaItem[]): {
  readonly score: number;
  readonly scores: readonly number[];
} {
  checkArgument('the list of items of VQA accuracy', ITEMS, items);
  const scores = items.map(({ answer, answers }) => accuracyOf(oneLine(answer), answers.map(oneLine)));
  return { score: mean(scores), scores };
}

function accuracyOf(answer: string, answers: readonly string[]): number {
  const unanimous = new Set(answers).size === 1;
  const compared = (text: string) => (unanimous ? text : normaliseVqaAnswer(text));
  const given = compared(answer);
  const agreed = answers.map((one) => compared(one) === given);
  const all = agreed.filter(Boolean).length;
  return mean(agreed.map((own) => Math.min(1, (all - (own ? 1 : 0)) / ENOUGH)));
}

function oneLine(text: string): string {
  return pythonTrimmed(text.replaceAll(/[\n\t]/g, ' '));
}
