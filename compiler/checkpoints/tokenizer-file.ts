import { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';
import { specialToken } from '../../models/tokenizers/special-token.ts';
import { aroundText } from './around-text.ts';

const added = z.looseObject({ id: z.int().nonnegative(), content: z.string() });
const schema = z.looseObject({
  added_tokens: z.array(added).default([]),
  // Of a vocabulary of 260,000 tokens a schema takes seconds: see vocabularyOf.
  model: z.looseObject({ vocab: z.custom<object>((value) => typeof value === 'object' && value !== null) }),
  post_processor: z.unknown().optional(),
});

/** A `tokenizer.json`, with what special tokens need to be known of it. */
export interface TokenizerFile {
  readonly json: object;
  /** One more than the highest id. */
  readonly size: number;
  has(token: string): boolean;
  /** The id of a token, special or not. */
  idOf(token: string): number | undefined;
  /** The text of an id. */
  tokenOf(id: number | undefined): string | undefined;
  /** The token that the tokenizer itself puts before every text; undefined when it puts none. */
  readonly beginning: string | undefined;
  /** Those that it puts after that one, before the text. */
  readonly afterBeginning: readonly string[];
  /** Those that it puts after every text. */
  readonly afterText: readonly string[];
}

/** @throws UserError when the file is not a tokenizer's */
export function tokenizerFile(json: unknown, path: string): TokenizerFile {
  const result = schema.safeParse(json);
  const vocabulary = result.success ? vocabularyOf(result.data.model.vocab) : undefined;
  if (!result.success || vocabulary === undefined) {
    throw new UserError(
      `${path} is not a tokenizer.json; save the tokenizer with Hugging Face's PreTrainedTokenizerFast.`,
    );
  }
  const { added_tokens: tokens } = result.data;
  const ids = new Map([...vocabulary, ...tokens.map(({ content, id }) => [content, id] as const)]);
  const { before, after } = aroundText(result.data.post_processor);
  const [beginning, ...afterBeginning] = before;
  const texts = new Map([...ids].map(([token, id]) => [id, token]));
  return {
    json: result.data,
    size: [...ids.values()].reduce((most, id) => Math.max(most, id + 1), 0),
    has: (token) => tokens.some(({ content }) => content === token),
    idOf: (token) => ids.get(token),
    tokenOf: (id) => (id === undefined ? undefined : texts.get(id)),
    beginning,
    afterBeginning,
    afterText: after,
  };
}

/** Tokens and their ids, of a map or, in unigram models, of pairs of token and score; undefined for anything else. */
function vocabularyOf(vocab: object): (readonly [token: string, id: number])[] | undefined {
  const found: (readonly [string, number])[] = [];
  if (Array.isArray(vocab)) {
    for (const [id, entry] of vocab.entries()) {
      if (!Array.isArray(entry) || entry.length !== 2) return undefined;
      const [token, score]: unknown[] = entry;
      if (typeof token !== 'string' || typeof score !== 'number') return undefined;
      found.push([token, id]);
    }
    return found;
  }
  for (const [token, id] of Object.entries<unknown>({ ...vocab })) {
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return undefined;
    found.push([token, id]);
  }
  return found;
}

/**
 * A tokenizer with further special tokens at the ids after its last, in their order, as `add_special_tokens` of
 * Hugging Face does; tokens that it has keep their ids, ordinary ones of the vocabulary too.
 */
export function withSpecialTokens(
  file: TokenizerFile,
  tokens: readonly string[],
  path: string,
): TokenizerFile {
  const missing = tokens.filter((token) => !file.has(token));
  const further = missing.filter((token) => file.idOf(token) === undefined);
  const entries = missing.map((content) =>
    specialToken(file.idOf(content) ?? file.size + further.indexOf(content), content),
  );
  const known =
    'added_tokens' in file.json && Array.isArray(file.json.added_tokens) ? file.json.added_tokens : [];
  return tokenizerFile({ ...file.json, added_tokens: [...known, ...entries] }, path);
}

const ids = z.record(z.string(), z.int().nonnegative());

/**
 * A tokenizer with the tokens of an `added_tokens.json`, which older tokenizers keep beside their `tokenizer.json`;
 * tokens that it has already are left as they are.
 *
 * @throws UserError for ids that are neither those after its last nor the vocabulary's
 */
export function withAddedTokens(file: TokenizerFile, addedTokens: unknown, path: string): TokenizerFile {
  if (addedTokens === undefined) return file;
  const result = ids.safeParse(addedTokens);
  if (!result.success) {
    throw new UserError(
      `The added_tokens.json beside ${path} is not a map of tokens to ids; download it again.`,
    );
  }
  const missing = Object.entries(result.data)
    .filter(([token]) => !file.has(token))
    .sort(([, a], [, b]) => a - b);
  const further = missing.filter(([token, id]) => file.idOf(token) !== id);
  for (const [index, [token, id]] of further.entries()) {
    const own = file.idOf(token);
    if (own !== undefined) {
      throw new UserError(
        `The added_tokens.json beside ${path} gives '${token}' the id ${id}, but the tokenizer has it as ${own}; download both files again.`,
      );
    }
    if (id === file.size + index) continue;
    throw new UserError(
      `The added_tokens.json beside ${path} gives '${token}' the id ${id}, but the next id of the tokenizer is ${file.size + index}; download both files again.`,
    );
  }
  return withSpecialTokens(
    file,
    missing.map(([token]) => token),
    path,
  );
}
