import type { CheckpointName } from '../../dsl/index.ts';
import { visionModelNames } from '../vision-transformer/weight-names.ts';

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
    because: "CLIP's last norm and projection into the space it shares with texts",
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
  { ours: 'vision.pre_norm.*', theirs: 'vision_model.pre_layrnorm.*' },
  ...visionModelNames,
  ...['vision_model.post_layernorm.*', 'visual_projection.weight', 'logit_scale'].map((unused) => ({
    unused,
    because: "CLIP's last norm and projection into the space it shares with texts",
  })),
  ...['text_model.*', 'text_projection.weight'].map((unused) => ({ unused, because: "CLIP's text tower" })),
  // transformers 5 saves a vision model alone without the prefix.
  { ours: 'vision_model.*', theirs: '*' },
  {
    unused: 'post_layernorm.*',
    because: "CLIP's last norm and projection into the space it shares with texts",
  },
  ...openAiClipNames,
];
