import type { CheckpointName } from '../../dsl/index.ts';

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

/** Where the language models that OpenFlamingo knows keep their decoder layers (`__KNOWN_DECODER_LAYERS_ATTR_NAMES`). */
const DECODER_LAYERS = [
  'model.decoder.layers',
  'transformer.h',
  'transformer.blocks',
  'gpt_neox.layers',
  'model.layers',
];

/**
 * The trained part of an OpenFlamingo checkpoint, whose blocks go by either of two names for the same weights; and in a
 * whole model, where each decoder layer is once inside a layer that looks at images first and once on its own.
 */
export const openFlamingoNames: readonly CheckpointName[] = [
  ...openFlamingoMembers,
  // The language model under the names of its family.
  { ours: '*', theirs: 'lang_encoder.*' },
  { ours: 'cross_attention.*', theirs: 'lang_encoder.gated_cross_attn_layers.*' },
  ...DECODER_LAYERS.flatMap((layers) => [
    { ours: 'cross_attention.*.*', theirs: `lang_encoder.${layers}.*.gated_cross_attn_layer.*` },
    { ours: `lang_encoder.${layers}.*.*`, theirs: `lang_encoder.${layers}.*.decoder_layer.*` },
    { ours: `lang_encoder.${layers}.*.*`, theirs: 'lang_encoder.old_decoder_blocks.*.*' },
  ]),
];
