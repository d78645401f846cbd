import { opt } from '../opt/opt.ts';
import type { LanguageModel } from '../shared/language-model.ts';

/** Tokens of `tokenizer.json`, the special ones included. */
export const VOCABULARY = 3072;

/** The longest prompt and answer together, in tokens. */
export const CONTEXT_LENGTH = 320;

/** The emoji model's language model: 3.3 million weights in OPT's layout. */
export function emojiLanguage(): LanguageModel {
  return opt({
    dim: 192,
    layers: 6,
    heads: 6,
    vocabulary: VOCABULARY,
    contextLength: CONTEXT_LENGTH,
    activation: 'gelu',
  });
}
