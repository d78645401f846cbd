import { z } from 'zod';
import { positive } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rotaryDecoderFields, rotaryDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { partHeadRotaryFields, rotaryShare } from '../configs/rotary-fields.ts';
import type { NemotronOptions } from './nemotron.ts';

const MODEL = 'Nemotron';

const readConfig = originalConfig({
  model: MODEL,
  original: 'nemotron',
  read: {
    ...rotaryDecoderFields,
    rope_scaling: partHeadRotaryFields,
    rope_parameters: partHeadRotaryFields,
    partial_rotary_factor: rotaryShare.nullish(),
    norm_eps: positive,
    attention_bias: z.boolean(),
    mlp_bias: z.boolean(),
  },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `NemotronConfig`: Nemotron-4, Minitron. */
export function nemotronFromConfig(config: unknown, notes?: string[]): NemotronOptions {
  const given = readConfig(config, notes);
  return {
    rotaryShare: 1,
    ...rotaryDecoderOptions(MODEL, given, config, notes),
    epsilon: given.norm_eps,
    attentionBias: given.attention_bias,
    feedForwardBias: given.mlp_bias,
  };
}
