import { z } from 'zod';
import { positive } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rotaryDecoderFields, rotaryDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { OlmoOptions } from './olmo.ts';

const MODEL = 'OLMo';

const readConfig = originalConfig({
  model: MODEL,
  original: 'olmo',
  read: { ...rotaryDecoderFields, attention_bias: z.boolean(), clip_qkv: positive.nullish() },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `OlmoConfig`. */
export function olmoFromConfig(config: unknown, notes?: string[]): OlmoOptions {
  const given = readConfig(config, notes);
  return {
    ...rotaryDecoderOptions(MODEL, given, config, notes),
    attentionBias: given.attention_bias,
    ...(typeof given.clip_qkv === 'number' && { clip: given.clip_qkv }),
  };
}
