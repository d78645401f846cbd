import { z } from 'zod';
import { activationName, positive } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rotaryDecoderFields, rotaryDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { partHeadRotaryFields, rotaryShare } from '../configs/rotary-fields.ts';
import type { PhiOptions } from './phi.ts';

const MODEL = 'Phi';

const readConfig = originalConfig({
  model: MODEL,
  original: 'phi',
  read: {
    ...rotaryDecoderFields,
    rope_scaling: partHeadRotaryFields,
    rope_parameters: partHeadRotaryFields,
    partial_rotary_factor: rotaryShare.nullish(),
    hidden_act: activationName,
    layer_norm_eps: positive,
    qk_layernorm: z.boolean(),
  },
  inert: 'attention_dropout resid_pdrop embd_pdrop',
});

/** The options of Hugging Face's `PhiConfig`: Phi-1, Phi-1.5, Phi-2. */
export function phiFromConfig(config: unknown, notes?: string[]): PhiOptions {
  const given = readConfig(config, notes);
  return {
    rotaryShare: 1,
    ...rotaryDecoderOptions(MODEL, given, config, notes),
    activation: given.hidden_act,
    epsilon: given.layer_norm_eps,
    queryKeyNorm: given.qk_layernorm,
  };
}
