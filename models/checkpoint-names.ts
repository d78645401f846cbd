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

/** Where the language models that OpenFlamingo knows keep their decoder layers (`__KNOWN_DECODER_LAYERS_ATTR_NAMES`). */
const DECODER_LAYERS = [
  'model.decoder.layers',
  'transformer.blocks',
  'transformer.h',
  'gpt_neox.layers',
  'model.layers',
];

/** The trained part of an OpenFlamingo checkpoint: its blocks go by either of two names for the same weights. */
export const openFlamingoNames: readonly CheckpointName[] = [
  ...openFlamingoMembers,
  { ours: 'cross_attention.*', theirs: 'lang_encoder.gated_cross_attn_layers.*' },
  ...DECODER_LAYERS.map((layers) => ({
    ours: 'cross_attention.*.*',
    theirs: `lang_encoder.${layers}.*.gated_cross_attn_layer.*`,
  })),
];

/** CLIP's vision transformer in OpenAI's archives and in open_clip, whose attention is PyTorch's, packed. */
const openAiClipNames: readonly CheckpointName[] = [
  { ours: 'vision.class_embedding', theirs: 'visual.class_embedding' },
  { ours: 'vision.patch_embedding.*', theirs: 'visual.conv1.*' },
  { ours: 'vision.position_embedding', theirs: 'visual.positional_embedding' },
  { ours: 'vision.pre_norm.*', theirs: 'visual.ln_pre.*' },
  { ours: 'vision.layers.*.norm1.*', theirs: 'visual.transformer.resblocks.*.ln_1.*' },
  { ours: 'vision.layers.*.norm2.*', theirs: 'visual.transformer.resblocks.*.ln_2.*' },
  ...['query', 'key', 'value'].map((name, index) => ({
    ours: `vision.layers.*.attention.${name}.*`,
    theirs: 'visual.transformer.resblocks.*.attn.in_proj_*',
    part: { index, of: 3 },
  })),
  { ours: 'vision.layers.*.attention.output.*', theirs: 'visual.transformer.resblocks.*.attn.out_proj.*' },
  { ours: 'vision.layers.*.up.*', theirs: 'visual.transformer.resblocks.*.mlp.c_fc.*' },
  { ours: 'vision.layers.*.down.*', theirs: 'visual.transformer.resblocks.*.mlp.c_proj.*' },
  // Inside a whole OpenFlamingo model.
  { ours: 'visual.*', theirs: 'vision_encoder.*' },
  ...['visual.ln_post.*', 'visual.proj', 'vision_encoder.ln_post.*', 'vision_encoder.proj'].map((unused) => ({
    unused,
    because: "CLIP's projection into the space it shares with texts",
  })),
  ...[
    'transformer.resblocks.*',
    'token_embedding.weight',
    'positional_embedding',
    'ln_final.*',
    'text.*',
  ].map((unused) => ({ unused, because: "CLIP's text tower" })),
  ...['text_projection', 'attn_mask', 'input_resolution', 'context_length', 'vocab_size'].map((unused) => ({
    unused,
    because: "CLIP's text tower",
  })),
];

/** Hugging Face `CLIPModel` and `CLIPVisionModel`, OpenAI's CLIP, open_clip. */
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
  { unused: 'vision_model.embeddings.position_ids', because: 'the numbers of the positions, 0, 1, 2, …' },
  ...['vision_model.post_layernorm.*', 'visual_projection.weight', 'logit_scale'].map((unused) => ({
    unused,
    because: "CLIP's projection into the space it shares with texts",
  })),
  ...['text_model.*', 'text_projection.weight'].map((unused) => ({ unused, because: "CLIP's text tower" })),
  ...openAiClipNames,
];

/** Hugging Face `OPTForCausalLM` and `OPTModel`, alone or inside an OpenFlamingo checkpoint. */
export const optNames: readonly CheckpointName[] = [
  { ours: 'language.*', theirs: 'model.decoder.*' },
  { ours: 'language.*', theirs: 'decoder.*' },
  { ours: 'language.*', theirs: 'lang_encoder.model.decoder.*' },
  // The head is tied to the embeddings and may be stored as a copy.
  { ours: 'language.embed_tokens.weight', theirs: 'lm_head.weight' },
  { ours: 'language.embed_tokens.weight', theirs: 'lang_encoder.lm_head.weight' },
  // A whole OpenFlamingo model has each decoder layer inside one that looks at images first, and once more on its own.
  {
    ours: 'lang_encoder.model.decoder.layers.*.*',
    theirs: 'lang_encoder.model.decoder.layers.*.decoder_layer.*',
  },
  { ours: 'lang_encoder.model.decoder.layers.*.*', theirs: 'lang_encoder.old_decoder_blocks.*.*' },
];
