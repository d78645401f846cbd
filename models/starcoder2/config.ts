import { z } from 'zod';
import { activationName, only, positive } from '../configs/config-fields.ts';
import { windowFields, windowOfEveryLayer } from '../configs/layer-windows.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rotaryDecoderFields, rotaryDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { Starcoder2Options } from './starcoder2.ts';

const MODEL = 'StarCoder 2';

const readConfig = originalConfig({
  model: MODEL,
  original: 'starcoder2',
  read: {
    ...rotaryDecoderFields,
    hidden_act: activationName,
    norm_epsilon: positive,
    sliding_window: windowFields.sliding_window,
    use_bias: z.boolean(),
    // Of the published files, which the class does not look at.
    layer_norm_epsilon: positive.nullish(),
    norm_type: only('layer_norm'),
    mlp_type: only('default'),
  },
  inert: 'attention_dropout residual_dropout embedding_dropout',
});

/** The options of Hugging Face's `Starcoder2Config`. */
export function starcoder2FromConfig(config: unknown, notes?: string[]): Starcoder2Options {
  const given = readConfig(config, notes);
  return {
    ...rotaryDecoderOptions(MODEL, given, config, notes),
    ...windowOfEveryLayer(MODEL, given),
    activation: given.hidden_act,
    epsilon:
      oneMeaning(MODEL, {
        norm_epsilon: given.norm_epsilon,
        layer_norm_epsilon: given.layer_norm_epsilon,
      }) ?? given.norm_epsilon,
    bias: given.use_bias,
  };
}
