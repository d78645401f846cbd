import { z } from 'zod';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { SeedOssOptions } from './seed-oss.ts';

const MODEL = 'Seed-OSS';

const readConfig = originalConfig({
  model: MODEL,
  original: 'seed_oss',
  read: {
    ...rmsDecoderFields,
    attention_bias: z.boolean(),
    attention_out_bias: z.boolean(),
    mlp_bias: z.boolean(),
  },
  inert: 'attention_dropout residual_dropout pretraining_tp',
});

/** The options of Hugging Face's `SeedOssConfig`. */
export function seedOssFromConfig(config: unknown, notes?: string[]): SeedOssOptions {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    attentionBias: given.attention_bias,
    attentionOutputBias: given.attention_out_bias,
    feedForwardBias: given.mlp_bias,
  };
}
