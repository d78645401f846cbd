import { tokensSchema } from '../artifact/manifest.ts';
import { isContent, quoted } from '../artifact/quoted.ts';
import { readRegularFile } from '../artifact/read-regular-file.ts';
import { UserError } from '../artifact/user-error.ts';
import { LIMITS } from '../dsl/limits.ts';
import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import { runsWithin } from './thread/runs-within.ts';
import { makeTokenizer, parseTokenizer, type Tokenizer } from './tokenizer/make-tokenizer.ts';
import { reasonOf } from './tokenizer/reason-of.ts';
import type { SpecialTokens } from './tokenizer/special-token-ids.ts';

export type { DialogueForm, TextStream, Tokenizer } from './tokenizer/make-tokenizer.ts';
export type { SpecialTokenIds, SpecialTokens } from './tokenizer/special-token-ids.ts';

/**
 * Reads a Hugging Face `tokenizer.json`.
 *
 * @param path The file.
 * @param specialTokens Text of the special tokens, from the manifest.
 * @throws UserError for a file that cannot be read, is malformed, or lacks one of the special tokens.
 */
export async function loadTokenizer(path: string, specialTokens: SpecialTokens): Promise<Tokenizer> {
  checkArgument("the tokenizer's path", schemas.path, path);
  checkArgument('the special tokens', tokensSchema, specialTokens);
  let text: string;
  try {
    text = (await readRegularFile(path, LIMITS.tokenizer)).toString('utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (isContent(path)) {
      throw new UserError(
        `The tokenizer's path is ${quoted(path)}, which is content: write it to a file and pass its path.`,
      );
    }
    throw new UserError(`${path} cannot be read (${reasonOf(error)}): pass the path of a tokenizer.json.`);
  }
  return parseTokenizer(text, path, specialTokens, runsWithin);
}

/**
 * Makes a tokenizer of the content of a `tokenizer.json`.
 *
 * @param json The parsed file.
 * @param name What to call it in messages: its path.
 * @throws UserError as `loadTokenizer`.
 */
export function createTokenizer(json: unknown, name: string, specialTokens: SpecialTokens): Tokenizer {
  return makeTokenizer(json, name, specialTokens, runsWithin);
}
