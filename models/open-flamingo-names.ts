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
