import { z } from 'zod';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { ArceeOptions } from './arcee.ts';

const MODEL = 'Arcee';

const readConfig = originalConfig({
  model: MODEL,
  original: 'arcee',
  read: {
    ...rmsDecoderFields,
    attention_bias: z.boolean(),
    mlp_bias: z.boolean(),
  },
  inert: 'attention_dropout pretraining_tp',
});

/** The options of Hugging Face's `ArceeConfig`: AFM-4.5B. */
export function arceeFromConfig(config: unknown, notes?: string[]): ArceeOptions {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    attentionBias: given.attention_bias,
    feedForwardBias: given.mlp_bias,
  };
}
