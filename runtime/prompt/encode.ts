import { UserError } from '../../artifact/user-error.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { Media } from './prompt.ts';
import type { RenderedPrompt } from './render.ts';

/** Token ids of a prompt, and what each `<image>` token among them stands for, in order: as many of both. */
export type EncodedPrompt = { readonly tokens: readonly number[]; readonly media: readonly Media[] };

export type EncodeOptions = {
  /** The longest prompt and answer together, in tokens: the manifest's `contextLength`. */
  readonly contextLength: number;
  /** Tokens that the answer may have; default 0. */
  readonly newTokens?: number;
};

/**
 * Token ids of a rendered prompt, the `beginning` token first where the model has one.
 *
 * @throws UserError for a prompt without tokens, or one that does not fit into the context with its answer.
 */
export function encodePrompt(
  { text, media }: RenderedPrompt,
  tokenizer: Tokenizer,
  { contextLength, newTokens = 0 }: EncodeOptions,
): EncodedPrompt {
  const { beginning, image, endOfChunk } = tokenizer.special;
  const start = beginning === null ? [] : [beginning];
  const tokens = [...start, ...tokenizer.encode(text)];
  if (tokens.length === 0) {
    throw new UserError('The prompt is empty: give it at least one image or one word.');
  }
  const marks = tokens.filter((token) => token === image).length;
  if (marks !== media.length) {
    throw new UserError(
      `The tokenizer finds ${marks} '${tokenizer.specialTokens.image}' tokens in a prompt with ${media.length} images: make the token "single_word": false in tokenizer.json's "added_tokens".`,
    );
  }
  const over = tokens.length + newTokens - contextLength;
  if (over > 0) {
    const room = newTokens === 0 ? '' : ` and ${newTokens} are to be written`;
    throw new UserError(
      `The prompt has ${tokens.length} tokens${room}, ${over} more than the model's ${contextLength}: ${advice(tokens, over, start.length, endOfChunk)}.`,
    );
  }
  return { tokens, media };
}

/** What to drop of a prompt that is `over` tokens too long. */
function advice(tokens: readonly number[], over: number, kept: number, endOfChunk: number | null): string {
  let examples = 0;
  for (const [place, token] of tokens.entries()) {
    if (token !== endOfChunk) continue;
    examples += 1;
    const saved = place + 1 - kept;
    if (saved >= over && place + 1 < tokens.length) {
      return `leave out ${examples === 1 ? 'its first example' : `its first ${examples} examples`} (${saved} tokens)`;
    }
  }
  return examples === 0
    ? 'shorten its text or ask for fewer new tokens'
    : `leave out all ${examples} examples and shorten the rest, or ask for fewer new tokens`;
}
