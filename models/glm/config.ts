import { z } from 'zod';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { partHeadRotaryFields, rotaryShare } from '../configs/rotary-fields.ts';
import type { GlmOptions } from './glm.ts';

const MODEL = 'GLM';

const readConfig = originalConfig({
  model: MODEL,
  original: 'glm',
  read: {
    ...rmsDecoderFields,
    rope_scaling: partHeadRotaryFields,
    rope_parameters: partHeadRotaryFields,
    partial_rotary_factor: rotaryShare.nullish(),
    attention_bias: z.boolean(),
  },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `GlmConfig`: GLM-4 9B and GLM-Edge. */
export function glmFromConfig(config: unknown, notes?: string[]): GlmOptions {
  const given = readConfig(config, notes);
  return {
    rotaryShare: 1,
    ...rmsDecoderOptions(MODEL, given, config, notes),
    attentionBias: given.attention_bias,
  };
}
