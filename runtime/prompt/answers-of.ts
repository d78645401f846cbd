import { UserError } from '../../artifact/user-error.ts';
import type { Examples } from './examples.ts';
import type { Query } from './prompt.ts';

/** What stands in examples' texts behind the text of a question. */
export type AnswerAfter<Text extends string, Asked extends string> = Text extends `${Asked}${infer Answer}`
  ? Answer
  : never;

/**
 * The answers that examples gave, each once, in their order: what stands in an example's text behind the text that the
 * question has too, and what the assistant says in a dialogue.
 *
 * @throws UserError for an example that does not begin with the question's text, or has nothing behind it
 */
export function answersOf(examples: Examples, { text: asked = '' }: Query): readonly string[] {
  if ('turns' in examples) {
    const said = examples.turns.filter(({ speaker }) => speaker === 'assistant').map(({ text }) => text);
    if (said.length > 0) return [...new Set(said)];
    throw new UserError('The task has no turn of the assistant that shows an answer: give the choices.');
  }
  const answers = examples.shots.map(({ text }, index) => {
    if (text.startsWith(asked) && text.length > asked.length) return text.slice(asked.length);
    throw new UserError(
      `Example ${index + 1} of the task, '${text.slice(0, 60)}', has no answer behind the question's text '${asked.slice(0, 60)}': ask with the text that examples begin with, or give the choices.`,
    );
  });
  return [...new Set(answers)];
}
