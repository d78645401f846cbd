import { clipVit } from '../clip/clip-vit.ts';
import { flamingo } from '../flamingo/flamingo.ts';
import { opt } from '../opt/opt.ts';

/**
 * OpenFlamingo's layout with CLIP ViT-L/14 and OPT-1.3B, a gated cross-attention block before every layer: 64 latents
 * of width 1024 by a resampler of 6 layers, 8 heads of 64 in all new layers, GELU. Two tokens are added to OPT's.
 */
export default flamingo({
  name: 'open-flamingo',
  convention: 'open-flamingo',
  vision: clipVit({ image: 224, patch: 14, dim: 1024, layers: 24, heads: 16 }),
  language: opt({ dim: 2048, layers: 24, heads: 32, vocabulary: 50_274, contextLength: 2048 }),
  crossAttention: { every: 1 },
  tokens: { padding: '<pad>', beginning: '</s>', end: '</s>' },
});
