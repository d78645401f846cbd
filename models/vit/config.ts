import { z } from 'zod';
import { positive, sizes } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import { refuseOtherKind } from '../configs/vision-kind.ts';
import { visionTransformerFields, visionTransformerOptions } from '../configs/vision-transformer-fields.ts';
import type { VitOptions } from './vit.ts';

const readConfig = originalConfig({
  model: 'ViT',
  original: 'vit',
  read: {
    ...visionTransformerFields,
    intermediate_size: sizes.width,
    layer_norm_eps: positive,
    qkv_bias: z.boolean(),
  },
  // What becomes of the features, and the decoder of training.
  inert: 'hidden_dropout_prob attention_probs_dropout_prob encoder_stride pooler_output_size pooler_act',
});

/**
 * The options of Hugging Face's `ViTConfig`. Sizes that are left out are those of ViT-B/16, as there.
 *
 * @throws ModelError that lists every field that is wrong or not known
 */
export function vitFromConfig(config: unknown): VitOptions {
  refuseOtherKind(config, 'ViT', ['vit']);
  const given = readConfig(config);
  return {
    ...visionTransformerOptions(given),
    inner: given.intermediate_size,
    epsilon: given.layer_norm_eps,
    queryKeyValueBias: given.qkv_bias,
  };
}
