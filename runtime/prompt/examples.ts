import type { Dialogue, FewShotPrompt, Query, Shot } from './prompt.ts';

/** Examples that are the same for every question of a task. */
export type FewShotExamples<Text extends string = string> = {
  readonly shots: readonly Shot<Text>[];
  /** What stands after each example's end-of-chunk token, as in `FewShotPrompt`. */
  readonly separator?: string;
};

/**
 * The beginning of a dialogue that is the same for every question, which is the user's next turn: it ends with the
 * assistant's, or has a preamble alone.
 */
export type DialogueExamples = Dialogue;

/** What every prompt of a task begins with. */
export type Examples = FewShotExamples | DialogueExamples;

/** The prompt that asks a question after a task's examples. */
export function promptAfter(examples: Examples, query: Query): FewShotPrompt | Dialogue {
  if ('shots' in examples) return { ...examples, query };
  const { text = '', ...pictures } = query;
  return { ...examples, turns: [...examples.turns, { ...pictures, speaker: 'user', text }] };
}
