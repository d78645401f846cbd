import { z } from 'zod';
import type { RotaryDecoderOptions } from '../rotary-decoder/rotary-decoder-options.ts';
import { only, positive, sizes } from './config-fields.ts';
import { type RotaryConfig, rotaryFacts } from './rotary-facts.ts';
import { wholeHeadRotaryFields } from './rotary-fields.ts';

/** The fields that the configs of LLaMA and the families after it have, by transformers' names. */
export const rotaryDecoderFields = {
  hidden_size: sizes.width,
  num_hidden_layers: sizes.layers,
  num_attention_heads: sizes.width,
  num_key_value_heads: sizes.width.nullish(),
  head_dim: sizes.width.nullish(),
  intermediate_size: sizes.width,
  vocab_size: sizes.vocabulary,
  max_position_embeddings: sizes.positions,
  rope_theta: positive,
  rope_scaling: wholeHeadRotaryFields,
  rope_parameters: wholeHeadRotaryFields,
  // Of a family in which every head turns as a whole.
  partial_rotary_factor: only(1),
  tie_word_embeddings: z.boolean(),
};

/** The same, of those whose norms are RMS norms. */
export const rmsDecoderFields = { ...rotaryDecoderFields, rms_norm_eps: positive };

/** {@link rotaryDecoderFields}, read. */
export interface RotaryDecoderConfig extends RotaryConfig {
  readonly num_hidden_layers: number;
  readonly num_key_value_heads?: number | null | undefined;
  readonly intermediate_size: number;
  readonly vocab_size: number;
  readonly tie_word_embeddings: boolean;
}

/** The options that they are. */
export function rotaryDecoderOptions(
  model: string,
  given: RotaryDecoderConfig,
  config: unknown,
  notes?: string[],
): RotaryDecoderOptions {
  return {
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    keyValueHeads: given.num_key_value_heads ?? given.num_attention_heads,
    ...(typeof given.head_dim === 'number' && { headDim: given.head_dim }),
    inner: given.intermediate_size,
    vocabulary: given.vocab_size,
    ...rotaryFacts(model, given, config, notes),
    tiedHead: given.tie_word_embeddings,
  };
}

/** The options that {@link rmsDecoderFields} are. */
export function rmsDecoderOptions(
  model: string,
  given: RotaryDecoderConfig & { readonly rms_norm_eps: number },
  config: unknown,
  notes?: string[],
): RotaryDecoderOptions {
  return { ...rotaryDecoderOptions(model, given, config, notes), epsilon: given.rms_norm_eps };
}
