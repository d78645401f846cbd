import { z } from 'zod';
import { activationName, positive, sizes } from '../configs/config-fields.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { refuseOtherKind } from '../configs/vision-kind.ts';
import type { SiglipOptions } from './siglip.ts';

const readVision = originalConfig({
  model: 'SigLIP vision',
  original: 'siglip_vision_model',
  read: {
    hidden_size: sizes.width,
    intermediate_size: sizes.width,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.width,
    image_size: sizes.pixels,
    patch_size: sizes.pixels,
    hidden_act: activationName,
    layer_norm_eps: positive,
  },
  // The pooling head comes after the features that Flamingo takes.
  inert: 'vision_use_head projection_dim attention_dropout',
});

const readWhole = originalConfig({
  model: 'SigLIP',
  original: 'siglip',
  read: { vision_config: z.unknown() },
  inert: 'text_config initializer_factor',
});

/**
 * The options of Hugging Face's `SiglipVisionConfig`, alone or as the `vision_config` of a `SiglipConfig`. Sizes that are
 * left out are those of SigLIP's B/16, as there.
 *
 * @throws ModelError that lists every field that is wrong or not known
 */
export function siglipFromConfig(config: unknown): SiglipOptions {
  refuseOtherKind(config, 'SigLIP', ['siglip', 'siglip_vision_model']);
  const isWhole = recordOf(config)?.model_type === 'siglip';
  const given = readVision(isWhole ? (readWhole(config).vision_config ?? {}) : config);
  return {
    image: given.image_size,
    patch: given.patch_size,
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    inner: given.intermediate_size,
    activation: given.hidden_act,
    epsilon: given.layer_norm_eps,
  };
}
