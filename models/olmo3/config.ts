import { z } from 'zod';
import { windowFields, windowsOf } from '../configs/layer-windows.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { layerKindRotaryFields } from '../configs/rotary-layer-kinds.ts';
import type { Olmo3Options } from './olmo3.ts';

const MODEL = 'OLMo 3';

const readConfig = originalConfig({
  model: MODEL,
  original: 'olmo3',
  read: {
    ...rmsDecoderFields,
    ...windowFields,
    rope_parameters: z.preprocess(ofEachKind, layerKindRotaryFields),
    attention_bias: z.boolean(),
  },
  inert: 'attention_dropout',
});

/** Releases before 5.1 write what layers without a window have; the others have its base alone. */
function ofEachKind(value: unknown): unknown {
  const said = recordOf(value);
  if (said === undefined || said.full_attention !== undefined || said.sliding_attention !== undefined)
    return value;
  return { full_attention: said, sliding_attention: { rope_type: 'default', rope_theta: said.rope_theta } };
}

/** The options of Hugging Face's `Olmo3Config`. */
export function olmo3FromConfig(config: unknown, notes?: string[]): Olmo3Options {
  const given = readConfig(config, notes);
  const { full_attention, sliding_attention } = given.rope_parameters ?? {};
  const options = rmsDecoderOptions(MODEL, { ...given, rope_parameters: full_attention }, config, notes);
  return {
    ...options,
    ...windowsOf(MODEL, given, (layer) => (layer + 1) % 4 !== 0),
    attentionBias: given.attention_bias,
    localRotaryBase: sliding_attention?.rope_theta ?? options.rotaryBase ?? given.rope_theta,
  };
}
