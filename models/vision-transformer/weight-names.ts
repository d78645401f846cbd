import type { CheckpointName } from '../../dsl/index.ts';

/**
 * What ViT and DINOv2 have in common in transformers: the tokens before the layers, and attention in the layers, whose parts
 * are named otherwise from release 5 on.
 *
 * @param layers what the layers are called, by release
 * @param prefix of the names within a classifier
 */
export function transformerNames(layers: readonly string[], prefix: string): readonly CheckpointName[] {
  const ours = 'vision.layers.*.attention';
  return [
    { ours: 'vision.class_embedding', theirs: 'embeddings.cls_token' },
    { ours: 'vision.position_embedding', theirs: 'embeddings.position_embeddings' },
    { ours: 'vision.patch_embedding.*', theirs: 'embeddings.patch_embeddings.projection.*' },
    { ours: 'vision.post_norm.*', theirs: 'layernorm.*' },
    ...layers.flatMap((theirs) => [
      ...(['query', 'key', 'value'] as const).flatMap((name) => [
        { ours: `${ours}.${name}.*`, theirs: `${theirs}.attention.attention.${name}.*` },
        { ours: `${ours}.${name}.*`, theirs: `${theirs}.attention.${name[0]}_proj.*` },
      ]),
      { ours: `${ours}.output.*`, theirs: `${theirs}.attention.output.dense.*` },
      { ours: `${ours}.output.*`, theirs: `${theirs}.attention.o_proj.*` },
    ]),
    { unused: 'embeddings.mask_token', because: 'what stands for hidden patches in training' },
    { unused: 'classifier.*', because: 'the classifier, which comes after the features' },
    ...['embeddings.*', 'encoder.*', 'layers.*', 'layernorm.*'].map((part) => ({
      ours: part,
      theirs: `${prefix}.${part}`,
    })),
    { unused: `${prefix}.embeddings.mask_token`, because: 'what stands for hidden patches in training' },
  ];
}

/** What CLIP and SigLIP have in common in transformers: the embeddings of patches, and the layers. */
export const visionModelNames: readonly CheckpointName[] = [
  { ours: 'vision.patch_embedding.*', theirs: 'vision_model.embeddings.patch_embedding.*' },
  { ours: 'vision.position_embedding', theirs: 'vision_model.embeddings.position_embedding.weight' },
  ...Object.entries({
    'norm1.*': 'layer_norm1.*',
    'norm2.*': 'layer_norm2.*',
    'attention.query.*': 'self_attn.q_proj.*',
    'attention.key.*': 'self_attn.k_proj.*',
    'attention.value.*': 'self_attn.v_proj.*',
    'attention.output.*': 'self_attn.out_proj.*',
    'up.*': 'mlp.fc1.*',
    'down.*': 'mlp.fc2.*',
  }).map(([ours, theirs]) => ({
    ours: `vision.layers.*.${ours}`,
    theirs: `vision_model.encoder.layers.*.${theirs}`,
  })),
];
