import { z } from 'zod';
import { positive } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rotaryDecoderFields, rotaryDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { CohereOptions } from './cohere.ts';

const MODEL = 'Cohere';

const readConfig = originalConfig({
  model: MODEL,
  original: 'cohere',
  read: {
    ...rotaryDecoderFields,
    layer_norm_eps: positive,
    attention_bias: z.boolean(),
    logit_scale: positive,
    use_qk_norm: z.boolean(),
  },
  // The last two: of Command R's files, which the class does not look at.
  inert: 'attention_dropout pretraining_tp model_max_length',
});

/** The options of Hugging Face's `CohereConfig`: Command R, Command R+. */
export function cohereFromConfig(config: unknown, notes?: string[]): CohereOptions {
  const given = readConfig(config, notes);
  return {
    ...rotaryDecoderOptions(MODEL, given, config, notes),
    epsilon: given.layer_norm_eps,
    attentionBias: given.attention_bias,
    queryKeyNorm: given.use_qk_norm,
    logitScale: given.logit_scale,
  };
}
