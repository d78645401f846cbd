import { UserError } from '../../artifact/user-error.ts';
import { LIMITS } from '../../dsl/limits.ts';
import type { SpecialTokenIds, Tokenizer } from '../tokenizer.ts';
import type { Media } from './prompt.ts';
import type { RenderedPrompt } from './render.ts';
import { sharedLength } from './shared-length.ts';

/** Token ids of a prompt, and what each `<image>` token among them stands for, in order: as many of both. */
export type EncodedPrompt = { readonly tokens: readonly number[]; readonly media: readonly Media[] };

/** How long a prompt may be. */
export type Room = {
  /** The longest prompt and answer together, in tokens: the manifest's `contextLength`. */
  readonly contextLength: number;
  /** Places of a static cache, where the model has one: the manifest's `cacheLength`. */
  readonly cacheLength?: number | undefined;
  /** Tokens that the answer may have; default 0. */
  readonly newTokens?: number;
};

export type EncodeOptions = Room & {
  /** The fewest tokens that a picture may come to take; default 1. */
  readonly leastTokens?: number;
};

/**
 * Token ids of a rendered prompt, the tokens that the model begins with first where it has any, and one `<image>` token a picture.
 *
 * @throws UserError for a prompt without tokens, or one that does not fit into the context with its answer.
 */
export function encodePrompt(
  { text, media }: RenderedPrompt,
  tokenizer: Tokenizer,
  { leastTokens = 1, ...room }: EncodeOptions,
): EncodedPrompt {
  const { image } = tokenizer.special;
  const tokens = encodeText(text, tokenizer, room);
  if (tokens.length === 0) {
    throw new UserError('The prompt is empty: give it at least one image or one word.');
  }
  const marks = image === null ? 0 : tokens.filter((token) => token === image).length;
  if (marks !== media.length) {
    throw new UserError(
      `The tokenizer finds ${marks} '${tokenizer.specialTokens.image}' tokens in a prompt with ${media.length} images: make the token "single_word": false in tokenizer.json's "added_tokens".`,
    );
  }
  // Pictures that are small for all that is known now are not encoded in vain.
  const least = media.map(() => new Array<number>(leastTokens).fill(image ?? 0));
  expandImages({ tokens, media }, least, tokenizer.special, room);
  return { tokens, media };
}

/**
 * The tokens that the model reads: in the place of each `<image>` token those of its picture, which are as many of it as the
 * picture takes places, and what is written around them.
 *
 * @param written for each picture its tokens
 * @throws UserError where that does not fit into the context with its answer
 */
export function expandImages(
  { tokens, media }: EncodedPrompt,
  written: readonly (readonly number[])[],
  special: SpecialTokenIds,
  { contextLength, cacheLength = contextLength, newTokens = 0 }: Room,
): readonly number[] {
  const { image, endOfChunk } = special;
  const rest = written.values();
  const expanded = tokens.flatMap((token) => (token === image ? (rest.next().value ?? [token]) : [token]));
  const most = Math.min(contextLength, cacheLength);
  const over = expanded.length + newTokens - most;
  if (over <= 0) return expanded;
  const places = written.reduce((sum, { length }) => sum + length, 0);
  const pictures = `, ${places} of them for ${media.length === 1 ? 'its picture' : `its ${media.length} pictures`},`;
  const room = newTokens === 0 ? '' : ` and ${newTokens} are to be written`;
  const isStatic = most < contextLength;
  const limit = isStatic
    ? `the ${most} of the static cache that it was compiled with`
    : `the model's ${most}`;
  const longer = isStatic
    ? `, or compile the model with a static cache of up to ${contextLength} tokens`
    : '';
  throw new UserError(
    `The prompt has ${expanded.length} tokens${places > media.length ? pictures : ''}${room}, ${over} more than ${limit}: ${advice(expanded, over, beginningIds(special).length, endOfChunk)}${longer}.`,
  );
}

/**
 * Ids of a prompt's text, begun as the model's are, once: a raw prompt may have its beginning token written out.
 *
 * @throws UserError, before it is split, for a text that is much too long for the context
 */
function encodeText(text: string, tokenizer: Tokenizer, { contextLength }: Room): number[] {
  const { special, specialTokens } = tokenizer;
  const { most } = LIMITS.charactersPerToken;
  if (text.length > most * contextLength) {
    throw new UserError(
      `The prompt has ${text.length} characters, more than ${most} for each token of the model's context of ${contextLength}: shorten its text.`,
    );
  }
  const { beginning, afterBeginning = [], beginningInText } = specialTokens;
  const before = [...(beginning === null ? [] : [beginning]), ...afterBeginning];
  let rest = text;
  for (const token of before) {
    if (!rest.startsWith(token)) break;
    rest = rest.slice(token.length);
  }
  if (beginningInText === true) return tokenizer.encode(`${before.join('')}${rest}`);
  return [...beginningIds(special), ...tokenizer.encode(rest)];
}

/** The tokens that stand before every prompt. */
function beginningIds({ beginning, afterBeginning = [] }: SpecialTokenIds): readonly number[] {
  return [...(beginning === null ? [] : [beginning]), ...afterBeginning];
}

/** A prompt and its choices, each as it is in one text with the prompt. */
export type EncodedChoices = {
  readonly prompt: EncodedPrompt;
  readonly candidates: readonly (readonly number[])[];
  /** How many tokens the text has more with each choice than without it and the space before it; at least 1. */
  readonly lengths: readonly number[];
  /**
   * What the prompt alone has after `prompt`: where a token of some choice reaches over the place where they meet, the
   * prompt ends before it, and that choice's likelihood is counted from there. Mostly none.
   */
  readonly remainder: readonly number[];
};

/**
 * Token ids of a rendered prompt and of its choices.
 *
 * @param joined The prompt's text with each choice after it; see `joinChoice`.
 * @param last A token that ends every choice; default none.
 * @throws UserError as `encodePrompt`, and for a choice that adds no token to the prompt's.
 */
export function encodeChoices(
  rendered: RenderedPrompt,
  joined: readonly string[],
  tokenizer: Tokenizer,
  { leastTokens = 1, last, ...room }: Omit<EncodeOptions, 'newTokens'> & { readonly last?: number },
): EncodedChoices {
  const before = { ...rendered, text: contextOf(rendered.text, tokenizer) };
  const alone = encodeText(before.text, tokenizer, room);
  const whole = joined.map((each) => [
    ...encodeText(each, tokenizer, room),
    ...(last === undefined ? [] : [last]),
  ]);
  const shared = whole.reduce((length, tokens) => sharedLength(alone, tokens, length), alone.length);
  const ending = last === undefined ? 0 : 1;
  const empty = whole.findIndex((tokens) => tokens.length - ending <= shared);
  if (empty >= 0) {
    const choice = joined[empty]?.slice(rendered.text.length) ?? '';
    throw new UserError(
      `The choice '${choice.slice(0, 60)}' adds no token to the prompt: give each choice at least one word.`,
    );
  }
  const longest = whole.reduce((most, { length }) => Math.max(most, length), 0);
  const newTokens = Math.max(0, longest - alone.length);
  const { tokens, media } = encodePrompt(before, tokenizer, { ...room, leastTokens, newTokens });
  if (shared === 0) {
    throw new UserError(
      'The prompt shares no token with its text when a choice follows it: begin it with an image or a longer text.',
    );
  }
  return {
    prompt: { tokens: tokens.slice(0, shared), media },
    candidates: whole.map((each) => each.slice(shared)),
    lengths: whole.map((each) => Math.max(1, each.length - alone.length)),
    remainder: alone.slice(shared),
  };
}

/**
 * What choices are scored after: the white space that the prompt ends with is each choice's, whose first token mostly has it.
 * So lm-evaluation-harness does (`_encode_pair`).
 */
function contextOf(text: string, tokenizer: Tokenizer): string {
  const trimmed = text.trimEnd();
  return beginningIds(tokenizer.special).length === 0 && tokenizer.encode(trimmed).length === 0
    ? text
    : trimmed;
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
