import { z } from 'zod';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { partHeadRotaryFields, rotaryShare } from '../configs/rotary-fields.ts';
import type { GlmOptions } from './glm.ts';

const MODEL = 'GLM';

/** The fields of a GLM's config. */
export const glmFields = {
  ...rmsDecoderFields,
  rope_scaling: partHeadRotaryFields,
  rope_parameters: partHeadRotaryFields,
  partial_rotary_factor: rotaryShare.nullish(),
  attention_bias: z.boolean(),
};

const readConfig = originalConfig({
  model: MODEL,
  original: 'glm',
  read: glmFields,
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `GlmConfig`: GLM-4 9B and GLM-Edge. */
export function glmFromConfig(config: unknown, notes?: string[]): GlmOptions {
  return glmOptions(MODEL, readConfig(config, notes), config, notes);
}

/** The options that {@link glmFields} are. */
export function glmOptions(
  model: string,
  given: ReturnType<typeof readConfig>,
  config: unknown,
  notes?: string[],
): GlmOptions {
  return {
    rotaryShare: 1,
    ...rmsDecoderOptions(model, given, config, notes),
    attentionBias: given.attention_bias,
  };
}
