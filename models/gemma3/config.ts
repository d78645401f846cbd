import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { positive } from '../configs/config-fields.ts';
import { windowsOf } from '../configs/layer-windows.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { layerKindRotaryFields } from '../configs/rotary-layer-kinds.ts';
import { gemmaFields, gemmaOptions } from '../gemma2/config.ts';
import type { Gemma3Options } from './gemma3.ts';

const MODEL = 'Gemma 3';

const readConfig = originalConfig({
  model: MODEL,
  original: 'gemma3_text',
  read: {
    ...rmsDecoderFields,
    ...gemmaFields,
    rope_parameters: layerKindRotaryFields,
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

const readSeeing = originalConfig({
  model: `${MODEL} that sees`,
  original: 'gemma3',
  read: { text_config: z.unknown(), tie_word_embeddings: z.boolean() },
  // What its encoder is, and how many tokens of a picture stand where.
  inert: `vision_config mm_tokens_per_image boi_token_index eoi_token_index image_token_index boi_token_id eoi_token_id
    image_token_id`,
});

/** The options of the language model within Hugging Face's `Gemma3Config`: Gemma 3 4B, 12B and 27B, which see. */
export function gemma3TextFromConfig(config: unknown, notes?: string[]): Gemma3Options {
  const given = readSeeing(config, notes);
  const text = recordOf(given.text_config ?? {});
  const options = gemma3FromConfig(text ?? given.text_config, notes);
  if (options.tiedHead !== given.tie_word_embeddings)
    throw new ModelError(
      `The config of this ${MODEL} model has tie_word_embeddings ${given.tie_word_embeddings}, but its text_config ${options.tiedHead}: give both the same, as the weights have it.`,
    );
  return options;
}
