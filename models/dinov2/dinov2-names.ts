import type { CheckpointName } from '../../dsl/index.ts';
import { transformerNames } from '../vision-transformer/weight-names.ts';

const LAYER = 'encoder.layer.*';

/** Of `Dinov2Model` or `Dinov2WithRegistersModel`, alone or within a classifier, of releases before 5 and of 5. */
const namesUnder = (prefix: string): readonly CheckpointName[] => [
  ...transformerNames([LAYER], prefix),
  { ours: 'vision.register_tokens', theirs: 'embeddings.register_tokens' },
  ...['norm1', 'norm2'].map((norm) => ({ ours: `vision.layers.*.${norm}.*`, theirs: `${LAYER}.${norm}.*` })),
  ...['1', '2'].map((place) => ({
    ours: `vision.layers.*.scale${place}`,
    theirs: `${LAYER}.layer_scale${place}.lambda1`,
  })),
  { ours: 'vision.layers.*.up.*', theirs: `${LAYER}.mlp.fc1.*` },
  { ours: 'vision.layers.*.down.*', theirs: `${LAYER}.mlp.fc2.*` },
  { ours: 'vision.layers.*.gate.*', theirs: `${LAYER}.mlp.gate_proj.*` },
  { ours: 'vision.layers.*.up.*', theirs: `${LAYER}.mlp.up_proj.*` },
  { ours: 'vision.layers.*.down.*', theirs: `${LAYER}.mlp.down_proj.*` },
  // The giant one, of releases before 5.
  ...['gate', 'up'].map((part, index) => ({
    ours: `vision.layers.*.${part}.*`,
    theirs: `${LAYER}.mlp.weights_in.*`,
    part: { index, of: 2 },
  })),
  { ours: 'vision.layers.*.down.*', theirs: `${LAYER}.mlp.weights_out.*` },
];

/** Hugging Face's DINOv2, with registers or without. */
export const dinov2Names: readonly CheckpointName[] = ['dinov2', 'dinov2_with_registers'].flatMap(namesUnder);
