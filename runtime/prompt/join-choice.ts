import type { Prompt } from './prompt.ts';

/**
 * A prompt's text with a choice after it, as one text: the choice stands there as it is given, so it begins with a
 * space where the text needs one. The space may be left out
 *
 * - in a dialogue, where the assistant's turns begin with one;
 * - where the prompt's examples go on with one after the last word of the question's text, as in `Answer: yes`.
 *
 * @param text The prompt as it is rendered.
 */
export function joinChoice(prompt: Prompt, text: string, choice: string): string {
  const apart = /\s$/u.test(text) || /^\s/u.test(choice) || !isSpaced(prompt);
  return `${text}${apart ? '' : ' '}${choice}`;
}

function isSpaced(prompt: Prompt): boolean {
  if ('turns' in prompt) return true;
  if (!('query' in prompt)) return false;
  const [lastWord] = /\S+\s*$/u.exec(prompt.query.text ?? '') ?? [];
  if (lastWord === undefined) return false;
  const word = lastWord.trimEnd();
  const answers = (prompt.shots ?? []).map(({ text }) => {
    const place = text.lastIndexOf(word);
    return place < 0 ? '' : text.slice(place + word.length);
  });
  const shown = answers.find((answer) => answer !== '');
  return shown !== undefined && /^\s/u.test(shown);
}
