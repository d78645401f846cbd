import { windowFields, windowOfEveryLayer } from '../configs/layer-windows.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { MistralOptions } from './mistral.ts';

const MODEL = 'Mistral';

const readConfig = originalConfig({
  model: MODEL,
  original: 'mistral',
  read: { ...rmsDecoderFields, sliding_window: windowFields.sliding_window },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `MistralConfig`. */
export function mistralFromConfig(config: unknown, notes?: string[]): MistralOptions {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    ...windowOfEveryLayer(MODEL, given),
  };
}
