import type { LanguageSettings } from '../../artifact/manifest.ts';
import { parseJson } from '../../artifact/parse-json.ts';
import { plain } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';
import { type Encoder, readEncoder } from './encoder.ts';
import { UnknownText } from './models/model.ts';
import type { TimeLimit } from './time-limit.ts';

/** Text of the special tokens, as the artifact's manifest names them. */
export type SpecialTokens = LanguageSettings['tokens'];

/** How dialogues are written out, as the artifact's manifest says. */
export type DialogueForm = NonNullable<LanguageSettings['dialogue']>;

/** Ids of the special tokens; null where the model has no such token, left out where few models have one. */
export type SpecialTokenIds = {
  readonly image: number | null;
  readonly endOfChunk: number | null;
  readonly padding: number;
  readonly beginning: number | null;
  readonly end: number | null;
  readonly endOfDocument?: number;
  readonly afterBeginning?: readonly number[];
  readonly eosTokens?: readonly number[];
  readonly suppressedTokens?: readonly number[];
};

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

/** Milliseconds that a text may take where a file's own regular expression runs: a hundred times what it needs. */
const ENCODING_TIME = { least: 5000, perCharacter: 0.05 };

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
  const encoding = (text: string, encode: (text: string) => number[]): number[] => {
    let ids: number[] = [];
    const work = () => {
      ids = encode(text);
    };
    const most = ENCODING_TIME.least + text.length * ENCODING_TIME.perCharacter;
    try {
      if (!encoder.patterned) work();
      else if (!runsWithin(most, work))
        throw new UserError(
          `${name} has a regular expression that takes over ${Math.round(most / 1000)} s for a text of ${text.length} characters, '${plain(text, 40)}': shorten the text or use another tokenizer.`,
        );
    } catch (error) {
      if (error instanceof UnknownText)
        throw new UserError(
          `${name} has no token for a part of '${plain(text, 60)}' and no unknown token: leave it out or use another tokenizer.`,
        );
      if (error instanceof UserError) throw error;
      throw new UserError(
        `${name} cannot encode '${plain(text, 60)}' (${reasonOf(error)}): use another tokenizer.`,
      );
    }
    return ids;
  };

  const idOf = (role: string, token: string): number => {
    const added = encoder.added.find(({ content }) => content === token);
    if (added !== undefined) return added.id;
    const inVocabulary = encoder.idOf(token);
    throw new UserError(
      `${name} has no special token '${token}', which the model needs as ${role}: append {"id": ${inVocabulary ?? 'ID'}, "content": ${JSON.stringify(token)}, "special": true} to its "added_tokens", ID being the token's row in the model's token embeddings.`,
    );
  };
  const idOrNull = (role: string, token: string | null) => (token === null ? null : idOf(role, token));
  const { afterBeginning, aroundImages, endOfDocument, eosTokens, suppressedTokens } = specialTokens;
  if (aroundImages !== undefined) idOf('the mark around images', aroundImages);
  // These may be words of the vocabulary.
  const idsOf = (role: string, words: readonly string[]) =>
    words.map((word) => encoder.idOf(word) ?? idOf(role, word));
  const special: SpecialTokenIds = {
    image: idOrNull('the mark of an image', specialTokens.image),
    endOfChunk: idOrNull('the end of an example', specialTokens.endOfChunk),
    padding: idOf('padding', specialTokens.padding),
    beginning: idOrNull('the beginning of a text', specialTokens.beginning),
    end: idOrNull('the end of a text', specialTokens.end),
    ...(endOfDocument !== undefined && { endOfDocument: idOf('the end of a document', endOfDocument) }),
    ...(afterBeginning && {
      afterBeginning: afterBeginning.map((token) => idOf('a token before every text', token)),
    }),
    ...(eosTokens && { eosTokens: idsOf('an end of an answer', eosTokens) }),
    ...(suppressedTokens && { suppressedTokens: idsOf('a token that no answer has', suppressedTokens) }),
  };

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

/** A reason quotes names from the file, which may be of any length. */
const LONGEST_REASON = 500;

/** The first line of what went wrong, without a full stop, for use in brackets. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return plain((message.split('\n')[0] ?? '').replace(/\.$/, ''), LONGEST_REASON);
}
