import type { CheckpointName } from '../dsl/index.ts';

/** OpenFlamingo keeps sub-layers in `nn.Sequential`s, whose members have numbers for names. */
const openFlamingoMembers: readonly CheckpointName[] = [
  { ours: 'perceiver.layers.*.attention.*', theirs: 'perceiver.layers.*.0.*' },
  { ours: 'perceiver.layers.*.feed_forward.norm.*', theirs: 'perceiver.layers.*.1.0.*' },
  { ours: 'perceiver.layers.*.feed_forward.up.*', theirs: 'perceiver.layers.*.1.1.*' },
  { ours: 'perceiver.layers.*.feed_forward.down.*', theirs: 'perceiver.layers.*.1.3.*' },
  { ours: 'cross_attention.*.ff.norm.*', theirs: 'cross_attention.*.ff.0.*' },
  { ours: 'cross_attention.*.ff.up.*', theirs: 'cross_attention.*.ff.1.*' },
  { ours: 'cross_attention.*.ff.down.*', theirs: 'cross_attention.*.ff.3.*' },
];

/** The trained part of an OpenFlamingo checkpoint: its blocks go by either of two names for the same weights. */
export const openFlamingoNames: readonly CheckpointName[] = [
  ...openFlamingoMembers,
  { ours: 'cross_attention.*', theirs: 'lang_encoder.gated_cross_attn_layers.*' },
  { ours: 'cross_attention.*.*', theirs: 'lang_encoder.model.decoder.layers.*.gated_cross_attn_layer.*' },
];

/** Hugging Face `CLIPVisionModel`. */
export const clipNames: readonly CheckpointName[] = [
  { ours: 'vision.class_embedding', theirs: 'vision_model.embeddings.class_embedding' },
  { ours: 'vision.patch_embedding.*', theirs: 'vision_model.embeddings.patch_embedding.*' },
  { ours: 'vision.position_embedding', theirs: 'vision_model.embeddings.position_embedding.weight' },
  { ours: 'vision.pre_norm.*', theirs: 'vision_model.pre_layrnorm.*' },
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
];

/** Hugging Face `OPTForCausalLM`, alone or inside an OpenFlamingo checkpoint. */
export const optNames: readonly CheckpointName[] = [
  { ours: 'language.*', theirs: 'model.decoder.*' },
  { ours: 'language.*', theirs: 'lang_encoder.model.decoder.*' },
];
