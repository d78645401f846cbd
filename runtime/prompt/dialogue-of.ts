import { UserError } from '../../artifact/user-error.ts';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import type { Dialogue, FewShotPrompt, Turn } from './prompt.ts';

/**
 * A few-shot prompt as a dialogue, for a model that was tuned on dialogues: an example is a turn of the user, its
 * pictures and question, and the assistant's answer; the query is the user's last turn. An example's text has the
 * answer after the assistant's name, `What is this? Assistant: A cat.`; without a question, `Assistant: A cat.`
 *
 * @param assistant what the assistant is called: the `dialogue.assistant` of the manifest's `language`
 * @throws UserError for an example that does not say where its answer begins
 */
export function dialogueOf(prompt: FewShotPrompt, assistant: string): Dialogue {
  checkArgument('the prompt', schemas.fewShotPrompt, prompt);
  checkArgument("the assistant's name", schemas.path, assistant);
  const { shots = [], query } = prompt;
  const mark = `${assistant}:`;
  const examples = shots.flatMap(({ text, ...pictures }): Turn[] => {
    const place = text.lastIndexOf(mark);
    if (place < 0) {
      throw new UserError(
        `The example '${text.slice(0, 60)}' has no '${mark}' before its answer, but the model was tuned on dialogues: write its text as 'QUESTION ${mark} ANSWER'.`,
      );
    }
    return [
      { ...pictures, speaker: 'user', text: text.slice(0, place).trim() },
      { speaker: 'assistant', text: text.slice(place + mark.length).trim() },
    ];
  });
  const { text = '', ...pictures } = query;
  const asked = text.trim();
  const question = asked.endsWith(mark) ? asked.slice(0, -mark.length).trim() : asked;
  return { turns: [...examples, { ...pictures, speaker: 'user', text: question }] };
}
