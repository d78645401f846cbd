import { z } from 'zod';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { Olmo2Options } from './olmo2.ts';

const MODEL = 'OLMo 2';

const readConfig = originalConfig({
  model: MODEL,
  original: 'olmo2',
  read: { ...rmsDecoderFields, attention_bias: z.boolean() },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `Olmo2Config`. */
export function olmo2FromConfig(config: unknown, notes?: string[]): Olmo2Options {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    attentionBias: given.attention_bias,
  };
}
