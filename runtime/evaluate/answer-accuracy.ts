import { mean } from 'simple-statistics';
import { normaliseAnswer } from './normalise-answer.ts';

/** So many answers to one question are those of the VQA data sets, by ten people. */
const PEOPLE = 10;

/** An answer that this many of the others gave is wholly right. */
const ENOUGH = 3;

/**
 * How right a written answer is, from 0 to 1. With ten answers: VQA accuracy (Antol et al. 2015), the mean over all
 * nine of the ten of `min(1, how many of the nine agree / 3)`. With any other number: 1 where it equals one of them
 * after `normaliseAnswer`.
 */
export function answerAccuracy(text: string, answers: readonly string[]): number {
  const given = normaliseAnswer(text);
  const agreed = answers.map((answer) => normaliseAnswer(answer) === given);
  if (answers.length !== PEOPLE) return agreed.includes(true) ? 1 : 0;
  const all = agreed.filter(Boolean).length;
  return mean(agreed.map((own) => Math.min(1, (all - (own ? 1 : 0)) / ENOUGH)));
}
