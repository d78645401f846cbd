import { orElse, positive } from '../configs/config-fields.ts';
import { windowFields, windowsOf } from '../configs/layer-windows.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { MinistralOptions } from './ministral.ts';

const MODEL = 'Ministral';

const readConfig = originalConfig({
  model: MODEL,
  original: 'ministral',
  read: {
    ...rmsDecoderFields,
    ...windowFields,
    // Of releases that have it in `rope_parameters` alone.
    rope_theta: orElse(positive, 10_000),
  },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `MinistralConfig`. */
export function ministralFromConfig(config: unknown, notes?: string[]): MinistralOptions {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    ...windowsOf(MODEL, given, () => true),
  };
}
