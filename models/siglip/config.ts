import { z } from 'zod';
import { positive, sizes } from '../configs/config-fields.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { refuseOtherKind } from '../configs/vision-kind.ts';
import { visionTransformerFields, visionTransformerOptions } from '../configs/vision-transformer-fields.ts';
import type { SiglipOptions } from './siglip.ts';

const readVision = originalConfig({
  model: 'SigLIP vision',
  original: 'siglip_vision_model',
  read: {
    ...visionTransformerFields,
    intermediate_size: sizes.width,
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
    ...visionTransformerOptions(given),
    inner: given.intermediate_size,
    epsilon: given.layer_norm_eps,
  };
}
