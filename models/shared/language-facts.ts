import type { DialogueForm, KnownOptions, LanguageFacts, ModelTokens } from '../../dsl/index.ts';
import { attendingLayers, type LanguageModel } from './language-model.ts';

/** The special tokens of this project's own small models, and of those that are told no others. */
export const DEFAULT_TOKENS: ModelTokens & { readonly image: string } = {
  image: '<image>',
  endOfChunk: '<|endofchunk|>',
  padding: '<PAD>',
  beginning: '<s>',
  end: '</s>',
};

/** The options `tokens` of a model's maker. */
export const KNOWN_TOKENS: KnownOptions<ModelTokens> = {
  image: 'a text or null',
  endOfChunk: 'a text or null',
  padding: 'a text',
  beginning: 'a text or null',
  afterBeginning: 'a list of texts',
  beginningInText: 'true or false',
  end: 'a text or null',
  aroundImages: 'a text',
  endOfDocument: 'a text',
  eosTokens: 'a list of texts',
  suppressedTokens: 'a list of texts',
};

/** The options `dialogue` of a model's maker. */
export const KNOWN_DIALOGUE: KnownOptions<DialogueForm> = {
  assistant: 'a text',
  user: 'a text',
  betweenTurns: 'a text',
  afterImages: 'a text',
  spaceBeforeImages: 'true or false',
  userTurnsEnd: 'true or false',
  tuned: 'true or false',
};

/** What the runtime must know of a language model. */
export function languageFacts(
  language: LanguageModel,
  tokens: ModelTokens,
  dialogue?: DialogueForm,
): LanguageFacts {
  const { vocabulary, contextLength, keyValueHeads, headDim, recurrent } = language;
  const states = [...(recurrent ?? [])].flatMap(([layer, { states }]) =>
    Object.entries(states).map(([name, sizes]) => [`${name}.${layer}`, sizes] as const),
  );
  return {
    ...{
      vocabulary,
      contextLength,
      layers: attendingLayers(language).length,
      keyValueHeads,
      headDim,
      tokens,
    },
    ...(states.length > 0 ? { states: Object.fromEntries(states) } : { sideBySide: true as const }),
    ...(dialogue && { dialogue }),
  };
}
