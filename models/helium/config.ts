import { z } from 'zod';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { HeliumOptions } from './helium.ts';

const MODEL = 'Helium';

const readConfig = originalConfig({
  model: MODEL,
  original: 'helium',
  read: { ...rmsDecoderFields, attention_bias: z.boolean(), mlp_bias: z.boolean() },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `HeliumConfig`. */
export function heliumFromConfig(config: unknown, notes?: string[]): HeliumOptions {
  const given = readConfig(config, notes);
  // The class has a projection of that width to that width for what all heads give.
  oneMeaning(MODEL, {
    hidden_size: given.hidden_size,
    ...(typeof given.head_dim === 'number' && {
      'num_attention_heads * head_dim': given.num_attention_heads * given.head_dim,
    }),
  });
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    attentionBias: given.attention_bias,
    feedForwardBias: given.mlp_bias,
  };
}
