import { z } from 'zod';
import { only, positive } from '../configs/config-fields.ts';
import { windowsOf } from '../configs/layer-windows.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { plainWholeHeadRotaryFields, wholeHeadRotaryFields } from '../configs/rotary-fields.ts';
import { gemmaFields, gemmaOptions } from '../gemma2/config.ts';
import type { Gemma3Options } from './gemma3.ts';

const MODEL = 'Gemma 3';

const readConfig = originalConfig({
  model: MODEL,
  original: 'gemma3_text',
  read: {
    ...rmsDecoderFields,
    ...gemmaFields,
    /** As releases from 5.0 on have them: of each kind of layer. */
    rope_parameters: z
      .strictObject({
        full_attention: wholeHeadRotaryFields,
        sliding_attention: plainWholeHeadRotaryFields,
        // 5.0 writes these beside the two, and looks at neither.
        rope_type: only('default'),
        rope_theta: z.null().optional(),
      })
      .nullish(),
    rope_local_base_freq: positive,
    /** Where `layer_types` is left out, every so many layers one sees all. */
    sliding_window_pattern: z.int().min(1),
  },
  inert: 'attention_dropout cache_implementation _sliding_window_pattern',
});

/** The options of Hugging Face's `Gemma3TextConfig`. */
export function gemma3FromConfig(config: unknown, notes?: string[]): Gemma3Options {
  const given = readConfig(config, notes);
  const { full_attention, sliding_attention } = given.rope_parameters ?? {};
  const saysLocal = recordOf(config)?.rope_local_base_freq !== undefined;
  const localRotaryBase = oneMeaning(MODEL, {
    'rope_parameters.sliding_attention.rope_theta': sliding_attention?.rope_theta,
    rope_local_base_freq: saysLocal ? given.rope_local_base_freq : undefined,
  });
  return {
    ...rmsDecoderOptions(MODEL, { ...given, rope_parameters: full_attention }, config, notes),
    ...windowsOf(MODEL, given, (layer) => (layer + 1) % given.sliding_window_pattern !== 0),
    ...gemmaOptions(given),
    localRotaryBase: localRotaryBase ?? given.rope_local_base_freq,
  };
}
