import { z } from 'zod';
import { positive } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { GraniteOptions } from './granite.ts';

const MODEL = 'Granite';

const readConfig = originalConfig({
  model: MODEL,
  original: 'granite',
  read: {
    ...rmsDecoderFields,
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
    ...rmsDecoderOptions(MODEL, given, config, notes),
    attentionBias: given.attention_bias,
    feedForwardBias: given.mlp_bias,
    scale: given.attention_multiplier,
    residualScale: given.residual_multiplier,
    embeddingScale: given.embedding_multiplier,
    logitScale: 1 / given.logits_scaling,
  };
}
