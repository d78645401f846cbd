import type { CheckpointName } from '../../dsl/index.ts';
import { visionModelNames } from '../vision-transformer/weight-names.ts';

const POOLING = "SigLIP's pooling head, which comes after the features";
const TEXT = "SigLIP's text tower";

/** Hugging Face's `SiglipModel` and `SiglipVisionModel`. */
export const siglipNames: readonly CheckpointName[] = [
  ...visionModelNames,
  { ours: 'vision.post_norm.*', theirs: 'vision_model.post_layernorm.*' },
  { unused: 'vision_model.head.*', because: POOLING },
  ...['text_model.*', 'logit_scale', 'logit_bias'].map((unused) => ({ unused, because: TEXT })),
  // transformers 5 saves a vision model alone without the prefix.
  { ours: 'vision_model.*', theirs: '*' },
  { unused: 'head.*', because: POOLING },
];
