import { clipVit, flamingo } from 'flamingo-onnx';
import { nod } from './language/nod.ts';

export default flamingo({
  name: 'nodding',
  vision: clipVit({ image: 28, patch: 14, dim: 16, layers: 1, heads: 2 }),
  resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
  language: nod({ dim: 16, layers: 2, heads: 2, vocabulary: 261 }),
  crossAttention: { every: 1 },
});
