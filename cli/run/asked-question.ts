import type { Abortable, AnswerOptions } from '../../runtime/asking.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import type { FewShotPrompt, Query } from '../../runtime/prompt/prompt.ts';
import type { ChoiceScore } from '../../runtime/score-choices.ts';
import type { Generation, ScoreOptions } from '../../runtime/worker/protocol.ts';

/** A question as it is put to a model. */
export interface AskedQuestion {
  generate(options: AnswerOptions): Promise<Generation>;
  score(choices: readonly string[], options: ScoreOptions & Abortable): Promise<ChoiceScore[]>;
}

/**
 * A question with its examples before it.
 *
 * @param asTurns whether a model that was tuned on dialogues is asked in one
 */
export async function askWhole(
  model: FlamingoModel,
  examples: FewShotPrompt,
  asTurns: boolean,
): Promise<AskedQuestion> {
  const { dialogue } = model.manifest.language;
  const { dialogueOf } = await import('../../runtime/prompt/dialogue-of.ts');
  const prompt = asTurns && dialogue?.tuned === true ? dialogueOf(examples, dialogue.assistant) : examples;
  return {
    generate: (options) => model.generate(prompt, options),
    score: (choices, options) => model.score(prompt, choices, options),
  };
}

/** A question after the examples that a task's file keeps. */
export async function askTask(model: FlamingoModel, path: string, query: Query): Promise<AskedQuestion> {
  const task = await model.loadTask(path);
  const { dialogue } = model.manifest.language;
  const { dialogueOf } = await import('../../runtime/prompt/dialogue-of.ts');
  const [turn] =
    task.isDialogue && dialogue !== undefined ? dialogueOf({ query }, dialogue.assistant).turns : [];
  const { speaker: _, ...question } = turn ?? { speaker: 'user', ...query };
  return {
    generate: (options) => task.generate(question, options),
    score: (choices, options) => task.score(question, choices, options),
  };
}
