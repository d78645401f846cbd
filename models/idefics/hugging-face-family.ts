import { ModelError, type ModelTokens } from '../../dsl/index.ts';
import type { HuggingFaceFamily, KnownTokens } from '../configs/hugging-face-family.ts';
import { ownTokens } from '../configs/own-tokens.ts';
import { preprocessingFromConfig } from '../configs/preprocessor.ts';
import { ideficsFromConfig } from './config.ts';
import { IDEFICS_TOKENS, idefics } from './idefics.ts';

/** The token that the models tuned on dialogues have besides. */
const END_OF_UTTERANCE = '<end_of_utterance>';

/** Idefics-1, as in `HuggingFaceM4/idefics-9b`, `-80b` and their `-instruct`. */
export const family: HuggingFaceFamily = {
  modelType: 'idefics',
  architectures: ['IdeficsForVisionText2Text'],
  ownNames: /(^|\.)(gated_cross_attn_layers|cross_attention)\.\d+\./,
  program({ name, config, preprocessor, tokens }, notes) {
    const options = ideficsFromConfig(config, notes);
    if (preprocessor === undefined) {
      notes.push(
        "The folder has no preprocessor_config.json: pictures are prepared as transformers' IdeficsImageProcessor does by default.",
      );
    }
    return idefics({
      name,
      ...options,
      ...(preprocessor !== undefined && {
        preprocessing: preprocessingFromConfig(preprocessor, options.vision.image),
      }),
      tokens: ideficsTokens(tokens),
    });
  },
};

function ideficsTokens(known: KnownTokens): ModelTokens {
  const { endOfDocument: _, suppressedTokens = [], ...tokens } = IDEFICS_TOKENS;
  const { image, aroundImages } = tokens;
  const marks = [image, ...(aroundImages === undefined ? [] : [aroundImages])];
  const missing = marks.filter((token) => !known.has(token));
  if (missing.length > 0) {
    throw new ModelError(
      `The tokenizer lacks ${missing.join(' and ')}, which Idefics marks images with; add ${missing.length === 1 ? 'it' : 'them'} to "added_tokens" of tokenizer.json, with the ids from vocab_size of config.json on.`,
    );
  }
  const { end } = known;
  return {
    ...tokens,
    ...ownTokens(known, known.has(END_OF_UTTERANCE) ? END_OF_UTTERANCE : null),
    padding: known.padding ?? IDEFICS_TOKENS.padding,
    ...(end !== null && { endOfDocument: end }),
    suppressedTokens: [...new Set([...suppressedTokens, ...known.suppressedTokens])],
  };
}
