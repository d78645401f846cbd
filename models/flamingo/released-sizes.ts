import { clipVit, clipVitSizes } from '../clip/clip-vit.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import { flamingo } from './flamingo.ts';

/**
 * Rows of the token embeddings in a released checkpoint: the 50,277 tokens of GPT-NeoX's tokenizer, which all of them
 * use, then `<|endofchunk|>`, `<image>` and `<PAD>`. The language models alone have more, unused ones.
 */
export const RELEASED_VOCABULARY = 50_280;

export interface ReleasedModel {
  readonly name: string;
  readonly language: LanguageModel;
  /** A gated cross-attention block before every n-th layer. */
  readonly every: number;
}

/**
 * A released OpenFlamingo: CLIP ViT-L/14 and a frozen language model joined as open_flamingo 2.0's factory does it.
 * Awadalla et al. 2023, arXiv 2308.01390, table 1.
 */
export function releasedOpenFlamingo({ name, language, every }: ReleasedModel) {
  return flamingo({
    name,
    convention: 'open-flamingo',
    vision: clipVit(clipVitSizes['l/14']),
    language,
    crossAttention: { every },
    tokens: { beginning: null, end: '<|endoftext|>' },
  });
}
