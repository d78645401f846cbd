import { windowFields, windowsOf } from '../configs/layer-windows.ts';
import { originalConfig } from '../configs/original-config.ts';
import {
  rmsNormFields,
  rotaryDecoderFields,
  rotaryDecoderOptions,
} from '../configs/rotary-decoder-fields.ts';
import type { MistralOptions } from './mistral.ts';

const MODEL = 'Mistral';

const readConfig = originalConfig({
  model: MODEL,
  original: 'mistral',
  read: { ...rotaryDecoderFields, ...rmsNormFields, sliding_window: windowFields.sliding_window },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `MistralConfig`. */
export function mistralFromConfig(config: unknown, notes?: string[]): MistralOptions {
  const given = readConfig(config, notes);
  const { window } = windowsOf(MODEL, given, () => true);
  return {
    ...rotaryDecoderOptions(MODEL, given, config, notes),
    ...(window !== undefined && { window }),
    epsilon: given.rms_norm_eps,
  };
}
