import { z } from 'zod';
import { LIMITS } from '../../dsl/limits.ts';
import { positive, sizes } from '../configs/config-fields.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { refuseOtherKind } from '../configs/vision-kind.ts';
import { visionTransformerFields, visionTransformerOptions } from '../configs/vision-transformer-fields.ts';
import { type Dinov2Options, gatedWidth } from './dinov2.ts';

const FIELDS = {
  ...visionTransformerFields,
  mlp_ratio: positive.max(LIMITS.modelWidth.most),
  layer_norm_eps: positive,
  qkv_bias: z.boolean(),
  use_swiglu_ffn: z.boolean(),
};

/** What is for training, and which layers a detector reads. */
const INERT = `hidden_dropout_prob attention_probs_dropout_prob drop_path_rate layerscale_value use_mask_token
  apply_layernorm reshape_hidden_states out_features out_indices _out_features _out_indices stage_names`;

const readPlain = originalConfig({
  ...{ model: 'DINOv2', original: 'dinov2', inert: INERT },
  read: { ...FIELDS, num_register_tokens: z.literal(0).nullish() },
});

const readRegisters = originalConfig({
  ...{ model: 'DINOv2', original: 'dinov2_with_registers', inert: INERT },
  read: { ...FIELDS, num_register_tokens: sizes.width },
});

/**
 * The options of Hugging Face's `Dinov2Config` and `Dinov2WithRegistersConfig`. Sizes that are left out are those of the
 * base one, as there.
 *
 * @param image height and width of the pictures; default: those of the positions, `image_size`
 * @throws ModelError that lists every field that is wrong or not known
 */
export function dinov2FromConfig(config: unknown, image?: number): Dinov2Options {
  refuseOtherKind(config, 'DINOv2', ['dinov2', 'dinov2_with_registers']);
  const hasRegisters = recordOf(config)?.model_type === 'dinov2_with_registers';
  const given = (hasRegisters ? readRegisters : readPlain)(config);
  const inner = Math.floor(given.hidden_size * given.mlp_ratio);
  return {
    ...visionTransformerOptions(given),
    image: image ?? given.image_size,
    trainedImage: given.image_size,
    inner: given.use_swiglu_ffn ? gatedWidth(inner) : inner,
    gated: given.use_swiglu_ffn,
    epsilon: given.layer_norm_eps,
    queryKeyValueBias: given.qkv_bias,
    registers: given.num_register_tokens ?? 0,
  };
}
