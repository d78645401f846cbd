import type { CheckpointName } from '../../dsl/index.ts';
import { transformerNames } from '../vision-transformer/weight-names.ts';

const LAYERS = ['encoder.layer.*', 'layers.*'];

/** Hugging Face's `ViTModel`, alone or within a classifier, of releases before 5 and of 5. */
export const vitNames: readonly CheckpointName[] = [
  ...transformerNames(LAYERS, 'vit'),
  ...LAYERS.flatMap((theirs) => [
    { ours: 'vision.layers.*.norm1.*', theirs: `${theirs}.layernorm_before.*` },
    { ours: 'vision.layers.*.norm2.*', theirs: `${theirs}.layernorm_after.*` },
    { ours: 'vision.layers.*.up.*', theirs: `${theirs}.intermediate.dense.*` },
    { ours: 'vision.layers.*.up.*', theirs: `${theirs}.mlp.fc1.*` },
    { ours: 'vision.layers.*.down.*', theirs: `${theirs}.output.dense.*` },
    { ours: 'vision.layers.*.down.*', theirs: `${theirs}.mlp.fc2.*` },
  ]),
  { unused: 'pooler.*', because: "ViT's pooler, which comes after the features" },
  { unused: 'vit.pooler.*', because: "ViT's pooler, which comes after the features" },
];
