import type { LanguageSettings } from '../../artifact/manifest.ts';
import { parseJson } from '../../artifact/parse-json.ts';
import { UserError } from '../../artifact/user-error.ts';
import { boundedEncoding } from './bounded-encoding.ts';
import { type Encoder, readEncoder } from './encoder.ts';
import { reasonOf } from './reason-of.ts';
import { type SpecialTokenIds, type SpecialTokens, specialTokenIds } from './special-token-ids.ts';
import type { TimeLimit } from './time-limit.ts';

/** How dialogues are written out, as the artifact's manifest says. */
export type DialogueForm = NonNullable<LanguageSettings['dialogue']>;

/** Turns ids that arrive one at a time into text. */
export type TextStream = {
  /** The text that has become certain with this id: nothing that a later one could change. */
  push(id: number): string;
  /** The rest, when no more ids come. */
  end(): string;
};

export type Tokenizer = {
  /** Ids of the special tokens. */
  readonly special: SpecialTokenIds;
  /** Text of the special tokens. */
  readonly specialTokens: SpecialTokens;
  /** One more than the highest id. */
  readonly size: number;
  /**
   * Ids of a text. Special tokens in the text become their ids; none are added (a prompt's `beginning` is put there by
   * `encodePrompt`). Halves of surrogate pairs, which no UTF-8 text has, become U+FFFD.
   * @throws UserError for text that the vocabulary has no token for.
   */
  encode(text: string): number[];
  /**
   * The special tokens that `encode` would read in a text, in their order: those of the model, and all that the file
   * calls special. They may be written in another way, where the tokenizer changes letters before it looks for them.
   */
  specialTokensIn(text: string): string[];
  /**
   * Text of ids, with or without (default) the special tokens among them. Ids without a token, which a vocabulary
   * rounded up for speed has, give nothing. Bytes that are no UTF-8 become U+FFFD.
   */
  decode(ids: readonly number[], options?: { readonly keepSpecialTokens?: boolean }): string;
  /** Decodes ids one at a time, without the special tokens: the pieces joined are the text of all ids together. */
  stream(): TextStream;
};

/**
 * Makes a tokenizer of the text of a `tokenizer.json`.
 *
 * @param name What to call the file in messages.
 * @throws UserError for a text that is no JSON, and as `makeTokenizer`.
 */
export function parseTokenizer(
  text: string,
  name: string,
  specialTokens: SpecialTokens,
  runsWithin: TimeLimit,
): Tokenizer {
  let json: unknown;
  try {
    json = parseJson(text, name);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${name} is not JSON (${reasonOf(error)}): copy the tokenizer.json of the language model again.`,
    );
  }
  return makeTokenizer(json, name, specialTokens, runsWithin);
}

/**
 * Makes a tokenizer of the content of a `tokenizer.json`.
 *
 * @param json The parsed file.
 * @param name What to call it in messages: its path.
 * @param runsWithin Bounds the time of the file's own regular expressions.
 * @throws UserError for what is malformed, or lacks one of the special tokens.
 */
export function makeTokenizer(
  json: unknown,
  name: string,
  specialTokens: SpecialTokens,
  runsWithin: TimeLimit,
): Tokenizer {
  let encoder: Encoder;
  try {
    encoder = readEncoder(json, runsWithin);
  } catch (error) {
    throw new UserError(
      `${name} cannot be used (${reasonOf(error)}): take the tokenizer.json beside the language model's weights, as written by Hugging Face tokenizers.`,
    );
  }
  const encoding = boundedEncoding(encoder, name, runsWithin);
  const special = specialTokenIds(encoder, specialTokens, name);
  const hidden = new Set(encoder.added.filter((token) => token.special).map(({ id }) => id));
  for (const id of [special.image, special.endOfChunk, special.padding, special.beginning, special.end])
    if (id !== null) hidden.add(id);
  const streamOf = (keepSpecialTokens: boolean): TextStream => {
    const decoding = encoder.decoding();
    return {
      push: (id) => (keepSpecialTokens || !hidden.has(id) ? decoding.push(id) : ''),
      end: () => decoding.end(),
    };
  };
  return {
    special,
    specialTokens,
    size: encoder.size,
    encode: (text) => encoding(text, encoder.encode),
    specialTokensIn: (text) =>
      encoding(text, encoder.found)
        .filter((id) => hidden.has(id))
        .map((id) => encoder.tokenOf(id) ?? ''),
    decode(ids, { keepSpecialTokens = false } = {}) {
      const stream = streamOf(keepSpecialTokens);
      return ids.map((id) => stream.push(id)).join('') + stream.end();
    },
    stream: () => streamOf(false),
  };
}
