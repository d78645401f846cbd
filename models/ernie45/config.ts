import { z } from 'zod';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { Ernie45Options } from './ernie45.ts';

const MODEL = 'ERNIE 4.5';

const readConfig = originalConfig({
  model: MODEL,
  original: 'ernie4_5',
  read: { ...rmsDecoderFields, use_bias: z.boolean().nullish() },
});

/** The options of Hugging Face's `Ernie4_5Config`. */
export function ernie45FromConfig(config: unknown, notes?: string[]): Ernie45Options {
  const given = readConfig(config, notes);
  return { ...rmsDecoderOptions(MODEL, given, config, notes), bias: given.use_bias ?? false };
}
