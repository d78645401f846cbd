import { exactMatch, normaliseVqaAnswer, vqaAccuracy } from './metrics/index.ts';

/** So many answers to one question are those of the VQA data sets, by ten people. */
const PEOPLE = 10;

/**
 * How right a written answer is, from 0 to 1. With ten answers: VQA accuracy (`vqaAccuracy`). With any other number: 1
 * where it equals one of them after `normaliseVqaAnswer`, accents being the same however they are encoded.
 */
export function answerAccuracy(answer: string, answers: readonly string[]): number {
  const item = { answer, answers };
  const { score } = answers.length === PEOPLE ? vqaAccuracy([item]) : exactMatch([item], compared);
  return score;
}

function compared(text: string): string {
  return normaliseVqaAnswer(text.normalize('NFC'));
}
