import { z } from 'zod';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { qwenWindowFields, qwenWindows } from '../qwen2/config.ts';
import type { Qwen3Options } from './qwen3.ts';

const MODEL = 'Qwen3';

const readConfig = originalConfig({
  model: MODEL,
  original: 'qwen3',
  read: { ...rmsDecoderFields, ...qwenWindowFields, attention_bias: z.boolean() },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `Qwen3Config`. */
export function qwen3FromConfig(config: unknown, notes?: string[]): Qwen3Options {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    ...qwenWindows(MODEL, given),
    attentionBias: given.attention_bias,
  };
}
