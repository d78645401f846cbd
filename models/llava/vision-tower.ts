import { type CheckpointName, ModelError } from '../../dsl/index.ts';
import { clipVit } from '../clip/clip-vit.ts';
import { clipVitFromConfig } from '../clip/config.ts';
import { recordOf } from '../configs/original-config.ts';
import { shownJson } from '../configs/same-json.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';

/** The CLIP that LLaVA has where its config says nothing of a size: ViT-L/14 for pictures of 336 pixels. */
const USUAL = {
  ...{ hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24, num_attention_heads: 16 },
  ...{ image_size: 336, patch_size: 14 },
};

/** Which of an encoder's features the language model is given. */
interface Features {
  /**
   * After which layer they are taken: 0 are the embeddings, negative numbers count from the end, -1 after the last
   * (`hidden_states` of transformers).
   */
  readonly layer: number;
  /** Whether that of the class token is one of them. */
  readonly classToken: boolean;
}

/**
 * A CLIP of which only the layers up to a LLaVA's features are computed.
 *
 * @param config `vision_config`; an empty one is the original's default
 * @throws ModelError for another kind of encoder, and a layer that it has not
 */
export function visionTower(config: unknown, { layer, classToken }: Features): VisionEncoder {
  const fields = recordOf(config);
  const type = fields?.model_type ?? 'clip_vision_model';
  if (type !== 'clip_vision_model') {
    throw new ModelError(
      `The vision_config of this LLaVA model is of model_type ${shownJson(type)}; only clip_vision_model is done.`,
    );
  }
  const isEmpty = fields !== undefined && Object.keys(fields).every((field) => field === 'model_type');
  const options = clipVitFromConfig(isEmpty ? { ...USUAL, ...fields } : config);
  const layers = layer < 0 ? options.layers + 1 + layer : layer;
  if (layers < 1 || layers > options.layers) {
    throw new ModelError(
      `The config of this LLaVA model has vision_feature_layer ${layer}, but its vision encoder has ${options.layers} layers, of which one from 1 to ${options.layers} is needed, or from -${options.layers} to -1.`,
    );
  }
  const encoder = clipVit({ ...options, layers, classToken });
  return {
    ...encoder,
    checkpointNames: [...encoder.checkpointNames, ...towerNames, ...layersAfter(layers, options.layers)],
  };
}

/** The encoder within a whole LLaVA, by the releases of transformers; what comes after its features is left aside. */
const towerNames: readonly CheckpointName[] = [
  ...['vision_tower', 'model.vision_tower'].flatMap((theirs) => [
    { ours: 'vision_model.*', theirs: `${theirs}.vision_model.*` },
    { ours: 'vision_model.*', theirs: `${theirs}.*` },
  ]),
  { unused: '*vision_tower.*post_layernorm.*', because: "CLIP's last norm, which comes after the features" },
];

function layersAfter(first: number, end: number): readonly CheckpointName[] {
  return Array.from({ length: end - first }, (_, index) => ({
    unused: `*vision_tower.*encoder.layers.${first + index}.*`,
    because: "CLIP's layers after the features that LLaVA takes",
  }));
}
