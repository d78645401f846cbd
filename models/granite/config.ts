import { z } from 'zod';
import { positive } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import {
  rmsNormFields,
  rotaryDecoderFields,
  rotaryDecoderOptions,
} from '../configs/rotary-decoder-fields.ts';
import type { GraniteOptions } from './granite.ts';

const MODEL = 'Granite';

const readConfig = originalConfig({
  model: MODEL,
  original: 'granite',
  read: {
    ...rotaryDecoderFields,
    ...rmsNormFields,
    attention_bias: z.boolean(),
    mlp_bias: z.boolean(),
    attention_multiplier: positive,
    residual_multiplier: positive,
    embedding_multiplier: positive,
    logits_scaling: positive,
  },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `GraniteConfig`. */
export function graniteFromConfig(config: unknown, notes?: string[]): GraniteOptions {
  const given = readConfig(config, notes);
  return {
    ...rotaryDecoderOptions(MODEL, given, config, notes),
    epsilon: given.rms_norm_eps,
    attentionBias: given.attention_bias,
    feedForwardBias: given.mlp_bias,
    scale: given.attention_multiplier,
    residualScale: given.residual_multiplier,
    embeddingScale: given.embedding_multiplier,
    logitScale: 1 / given.logits_scaling,
  };
}
