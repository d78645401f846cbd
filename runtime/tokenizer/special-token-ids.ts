import type { LanguageSettings } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { Encoder } from './encoder.ts';

/** Text of the special tokens, as the artifact's manifest names them. */
export type SpecialTokens = LanguageSettings['tokens'];

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

/**
 * Looks the special tokens up.
 *
 * @param name what to call the tokenizer's file in messages
 * @throws UserError for one that the tokenizer lacks
 */
export function specialTokenIds(
  encoder: Encoder,
  specialTokens: SpecialTokens,
  name: string,
): SpecialTokenIds {
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
  return {
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
}
