import { UserError } from '../../artifact/user-error.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { Prompt } from './prompt.ts';

/**
 * Refuses texts of a user's in which the tokenizer reads a special token, however it is written there: a normaliser may
 * make one of capital letters, of full-width brackets or of a Kelvin sign. A raw prompt may have them.
 *
 * @throws UserError that names the text and the token
 */
export function refuseSpecialTokens(prompt: Prompt, tokenizer: Tokenizer): void {
  for (const [where, text] of textsOf(prompt)) refuseSpecialTokensIn(text, `The text of ${where}`, tokenizer);
}

/** @param which What to call the text, at the beginning of a sentence. */
export function refuseSpecialTokensIn(text: string, which: string, tokenizer: Tokenizer): void {
  const [token] = tokenizer.specialTokensIn(text);
  if (token === undefined) return;
  throw new UserError(
    `${which}, '${text.slice(0, 60)}', has what the tokenizer reads as the special token '${token}': leave it out, or write the whole prompt as a raw one.`,
  );
}

/** The texts of a prompt that the model is to read as text, and what they are. */
function textsOf(prompt: Prompt): (readonly [where: string, text: string])[] {
  if ('turns' in prompt) {
    const { preamble = '', turns, names } = prompt;
    return [
      ['the preamble', preamble],
      ["the user's name", names?.user ?? ''],
      ["the assistant's name", names?.assistant ?? ''],
      ...turns.map(({ text }, index) => [`turn ${index + 1}`, text] as const),
    ];
  }
  if ('query' in prompt) {
    const { shots = [], query, separator = '' } = prompt;
    return [
      ['the separator', separator],
      ...shots.map(({ text }, index) => [`example ${index + 1}`, text] as const),
      ['the query', query.text ?? ''],
    ];
  }
  return [];
}
