import { type CheckpointName, ModelError } from '../../dsl/index.ts';
import { clipVit } from '../clip/clip-vit.ts';
import { clipVitFromConfig } from '../clip/config.ts';
import { recordOf } from '../configs/original-config.ts';
import { shownJson } from '../configs/same-json.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import { siglipFromConfig } from '../siglip/config.ts';
import { siglip } from '../siglip/siglip.ts';

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

/** An encoder with the number of its layers, of which the first may be taken alone. */
interface Tower {
  readonly layers: number;
  first(layers: number): VisionEncoder;
}

/** How a `vision_config` becomes an encoder, by its `model_type`. */
const TOWERS: Readonly<Record<string, (config: unknown, classToken: boolean) => Tower>> = {
  clip_vision_model: (config, classToken) => {
    const fields = recordOf(config);
    const isEmpty = fields !== undefined && Object.keys(fields).every((field) => field === 'model_type');
    const options = clipVitFromConfig(isEmpty ? { ...USUAL, ...fields } : config);
    return { layers: options.layers, first: (layers) => clipVit({ ...options, layers, classToken }) };
  },
  siglip_vision_model: (config, classToken) => {
    if (!classToken) {
      throw new ModelError(
        'The config of this LLaVA model has vision_feature_select_strategy "default", which leaves the class token aside, but its SigLIP has none, so that a part of the picture would be missing; only "full" is done with a SigLIP.',
      );
    }
    const options = siglipFromConfig(config);
    return { layers: options.layers, first: (layers) => siglip({ ...options, layers, finalNorm: false }) };
  },
};

/**
 * A CLIP or SigLIP of which only the layers up to a LLaVA's features are computed, without the norm after the last.
 *
 * @param config `vision_config`; an empty one is the original's default
 * @throws ModelError for another kind of encoder, and a layer that it has not
 */
export function visionTower(config: unknown, { layer, classToken }: Features): VisionEncoder {
  const type = recordOf(config)?.model_type ?? 'clip_vision_model';
  const towerOf = typeof type === 'string' && Object.hasOwn(TOWERS, type) ? TOWERS[type] : undefined;
  if (towerOf === undefined) {
    throw new ModelError(
      `The vision_config of this LLaVA model is of model_type ${shownJson(type)}; known are ${Object.keys(TOWERS).join(', ')}.`,
    );
  }
  const tower = towerOf(config, classToken);
  const layers = layer < 0 ? tower.layers + 1 + layer : layer;
  if (layers < 1 || layers > tower.layers) {
    throw new ModelError(
      `The config of this LLaVA model has vision_feature_layer ${layer}, but its vision encoder has ${tower.layers} layers, of which one from 1 to ${tower.layers} is needed, or from -${tower.layers} to -1.`,
    );
  }
  const encoder = tower.first(layers);
  return {
    ...encoder,
    checkpointNames: [...encoder.checkpointNames, ...towerNames, ...layersAfter(layers, tower.layers)],
  };
}

/** The encoder within a whole LLaVA, by the releases of transformers; what comes after its features is left aside. */
const towerNames: readonly CheckpointName[] = [
  ...['vision_tower', 'model.vision_tower'].flatMap((theirs) => [
    { ours: 'vision_model.*', theirs: `${theirs}.vision_model.*` },
    { ours: 'vision_model.*', theirs: `${theirs}.*` },
  ]),
  {
    unused: '*vision_tower.*post_layernorm.*',
    because: "the encoder's last norm, which comes after the features",
  },
  { unused: '*vision_tower.*head.*', because: "SigLIP's pooling head, which comes after the features" },
];

function layersAfter(first: number, end: number): readonly CheckpointName[] {
  return Array.from({ length: end - first }, (_, index) => ({
    unused: `*vision_tower.*encoder.layers.${first + index}.*`,
    because: "the encoder's layers after the features that LLaVA takes",
  }));
}
