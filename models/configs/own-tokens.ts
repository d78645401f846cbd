import { ModelError } from '../../dsl/index.ts';
import type { KnownTokens } from './hugging-face-family.ts';

/**
 * What a tokenizer and `generation_config.json` say themselves of a model's tokens.
 *
 * @param endOfChunk what ends an example, which ends an answer without being said; null where nothing does
 */
export function ownTokens(known: KnownTokens, endOfChunk: string | null) {
  const { beginning, afterBeginning, end, suppressedTokens } = known;
  const eosTokens = known.ends.filter((token) => token !== end && token !== endOfChunk);
  return {
    ...{ endOfChunk, beginning, end },
    ...(afterBeginning.length > 0 && { afterBeginning }),
    ...(eosTokens.length > 0 && { eosTokens }),
    ...(suppressedTokens.length > 0 && { suppressedTokens }),
  };
}

/**
 * The token that stands for a picture, which a config names by its id.
 *
 * @param model as sentences call it: `LLaVA`
 * @param field of the config
 * @throws ModelError where the tokenizer has no token of that id
 */
export function imageTokenOf(known: KnownTokens, model: string, field: string, id: number): string {
  const image = known.tokenOf(id);
  if (image !== undefined) return image;
  throw new ModelError(
    `The config of this ${model} model has ${field} ${id}, but the tokenizer has no token of that id; give the tokenizer that belongs to the model.`,
  );
}
