// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { condition as flippedAnswers } from './conditions/flipped-answers.ts';
import { condition as otherOrder } from './conditions/other-order.ts';
import { condition as randomAnswers } from './conditions/random-answers.ts';
import { condition as unrelatedExamples } from './conditions/unrelated-examples.ts';
import type { Condition } from './condition.ts';

/** Every way in which a task's examples are changed. */
export const CONDITIONS: readonly Condition[] = [
  flippedAnswers,
  otherOrder,
  randomAnswers,
  unrelatedExamples,
];
