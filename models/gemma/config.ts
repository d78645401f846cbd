import { z } from 'zod';
import { only } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { GemmaOptions } from './gemma.ts';

const MODEL = 'Gemma';

const readConfig = originalConfig({
  model: MODEL,
  original: 'gemma',
  read: {
    ...rmsDecoderFields,
    // The first releases wrote `gelu`, and mean the tanh approximation.
    hidden_act: z.enum(['gelu_pytorch_tanh', 'gelu']),
    hidden_activation: only('gelu_pytorch_tanh'),
    attention_bias: z.boolean(),
  },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `GemmaConfig`. */
export function gemmaFromConfig(config: unknown, notes?: string[]): GemmaOptions {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    attentionBias: given.attention_bias,
  };
}
