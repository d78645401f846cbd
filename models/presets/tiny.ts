import { clipVit } from '../clip/clip-vit.ts';
import { flamingo } from '../flamingo/flamingo.ts';
import { opt } from '../opt/opt.ts';

/** A Flamingo that compiles and answers in a second: the paper's architecture with every size small. */
export default flamingo({
  name: 'tiny',
  vision: clipVit({ image: 56, patch: 14, dim: 64, layers: 2, heads: 4 }),
  resampler: { depth: 2, heads: 4, headDim: 16, latents: 8 },
  language: opt({ dim: 96, layers: 4, heads: 4, vocabulary: 261, contextLength: 512, activation: 'gelu' }),
  crossAttention: { every: 2 },
});
