import { clipVit, clipVitSizes } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { opt } from '../../models/opt/opt.ts';

/** CLIP's ViT-L/14, a resampler and an OPT of 24 layers of 1024 with 6 gated blocks: 785 M weights or so. */
export default flamingo({
  name: 'joined-785m',
  vision: clipVit(clipVitSizes['l/14']),
  language: opt({ dim: 1024, layers: 24, heads: 16, vocabulary: 50_272, contextLength: 2048 }),
  crossAttention: { every: 4 },
});
