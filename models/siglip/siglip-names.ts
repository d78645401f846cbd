import type { CheckpointName } from '../../dsl/index.ts';

const POOLING = "SigLIP's pooling head, which comes after the features";
const TEXT = "SigLIP's text tower";

/** Hugging Face's `SiglipModel` and `SiglipVisionModel`. */
export const siglipNames: readonly CheckpointName[] = [
  { ours: 'vision.patch_embedding.*', theirs: 'vision_model.embeddings.patch_embedding.*' },
  { ours: 'vision.position_embedding', theirs: 'vision_model.embeddings.position_embedding.weight' },
  { ours: 'vision.layers.*.norm1.*', theirs: 'vision_model.encoder.layers.*.layer_norm1.*' },
  { ours: 'vision.layers.*.norm2.*', theirs: 'vision_model.encoder.layers.*.layer_norm2.*' },
  { ours: 'vision.layers.*.attention.query.*', theirs: 'vision_model.encoder.layers.*.self_attn.q_proj.*' },
  { ours: 'vision.layers.*.attention.key.*', theirs: 'vision_model.encoder.layers.*.self_attn.k_proj.*' },
  { ours: 'vision.layers.*.attention.value.*', theirs: 'vision_model.encoder.layers.*.self_attn.v_proj.*' },
  {
    ours: 'vision.layers.*.attention.output.*',
    theirs: 'vision_model.encoder.layers.*.self_attn.out_proj.*',
  },
  { ours: 'vision.layers.*.up.*', theirs: 'vision_model.encoder.layers.*.mlp.fc1.*' },
  { ours: 'vision.layers.*.down.*', theirs: 'vision_model.encoder.layers.*.mlp.fc2.*' },
  { ours: 'vision.post_norm.*', theirs: 'vision_model.post_layernorm.*' },
  { unused: 'vision_model.head.*', because: POOLING },
  ...['text_model.*', 'logit_scale', 'logit_bias'].map((unused) => ({ unused, because: TEXT })),
  // transformers 5 saves a vision model alone without the prefix.
  { ours: 'vision_model.*', theirs: '*' },
  { unused: 'head.*', because: POOLING },
];
