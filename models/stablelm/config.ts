import { z } from 'zod';
import { positive } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rotaryDecoderFields, rotaryDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { partHeadRotaryFields, rotaryShare } from '../configs/rotary-fields.ts';
import type { StablelmOptions } from './stablelm.ts';

const MODEL = 'StableLM';

const readConfig = originalConfig({
  model: MODEL,
  original: 'stablelm',
  read: {
    ...rotaryDecoderFields,
    rope_scaling: partHeadRotaryFields,
    rope_parameters: partHeadRotaryFields,
    partial_rotary_factor: rotaryShare.nullish(),
    layer_norm_eps: positive,
    use_qkv_bias: z.boolean(),
    use_parallel_residual: z.boolean(),
    qk_layernorm: z.boolean(),
  },
  inert: 'attention_dropout hidden_dropout',
});

/** The options of Hugging Face's `StableLmConfig`. */
export function stablelmFromConfig(config: unknown, notes?: string[]): StablelmOptions {
  const given = readConfig(config, notes);
  return {
    rotaryShare: 1,
    ...rotaryDecoderOptions(MODEL, given, config, notes),
    epsilon: given.layer_norm_eps,
    attentionBias: given.use_qkv_bias,
    queryKeyNorm: given.qk_layernorm,
    parallelResidual: given.use_parallel_residual,
  };
}
