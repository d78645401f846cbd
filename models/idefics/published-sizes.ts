import { clipVitSizes } from '../clip/clip-vit.ts';
import type { LlamaOptions } from '../llama/llama.ts';
import { idefics } from './idefics.ts';

export interface PublishedIdefics {
  readonly name: string;
  readonly language: LlamaOptions;
}

/**
 * A published Idefics-1: CLIP ViT-H/14 and LLaMA, a resampler of 6 layers, 16 heads of 96 and 64 latents, a gated
 * cross-attention block before every fourth layer, norms of queries and keys in both; `<fake_token_around_image>` and
 * `<image>` are added to LLaMA's tokens. The sizes are those of the models' cards; a checkpoint's own config.json, read
 * by `ideficsFromConfig`, has the last word.
 */
export function publishedIdefics({ name, language }: PublishedIdefics) {
  return idefics({
    name,
    vision: clipVitSizes['h/14'],
    language: { ...language, additionalTokens: 2 },
    resampler: { depth: 6, heads: 16, headDim: 96, latents: 64, queryKeyNorm: true },
    crossAttention: { every: 4, gate: 'scalar', queryKeyNorm: true },
  });
}
