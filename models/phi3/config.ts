import { only, sizes } from '../configs/config-fields.ts';
import { windowFields, windowOfEveryLayer } from '../configs/layer-windows.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { partHeadRotaryFields, rotaryShare } from '../configs/rotary-fields.ts';
import type { Phi3Options } from './phi3.ts';

const MODEL = 'Phi-3';

const readConfig = originalConfig({
  model: MODEL,
  original: 'phi3',
  read: {
    ...rmsDecoderFields,
    rope_scaling: partHeadRotaryFields,
    rope_parameters: partHeadRotaryFields,
    partial_rotary_factor: rotaryShare.nullish(),
    original_max_position_embeddings: sizes.positions.nullish(),
    sliding_window: windowFields.sliding_window,
    // Of the files of Phi-3 and Phi-4, which the class does not look at.
    attention_bias: only(false),
    mlp_bias: only(false),
    lm_head_bias: only(false),
    full_attn_mod: only(1),
    interpolate_factor: only(1),
  },
  inert: 'attention_dropout resid_pdrop embd_pdrop',
});

/** The options of Hugging Face's `Phi3Config`: Phi-3, Phi-3.5, Phi-4. */
export function phi3FromConfig(config: unknown, notes?: string[]): Phi3Options {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    ...windowOfEveryLayer(MODEL, given),
  };
}
