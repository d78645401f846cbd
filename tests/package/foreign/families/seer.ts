import { clipVit, flamingo } from 'flamingo-onnx';
import type { HuggingFaceFamily } from 'flamingo-onnx/extend';
import { nodFromConfig } from '../language/nod.ts';

/** A Flamingo on a nod, as its authors save it: one folder, `model_type` 'seer'. */
export const seer: HuggingFaceFamily = {
  modelType: 'seer',
  architectures: ['SeerModel'],
  program({ name, config }) {
    const { side } = config as { side: number };
    return flamingo({
      name,
      vision: clipVit({ image: side, patch: 14, dim: 16, layers: 1, heads: 2 }),
      resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
      language: nodFromConfig(config, {}),
      crossAttention: { every: 1 },
    });
  },
};
