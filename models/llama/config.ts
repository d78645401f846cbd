import { z } from 'zod';
import { only, positive, sizes } from '../configs/config-fields.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { rotaryScaling, wholeHeadRotaryFields } from '../configs/rotary-fields.ts';
import type { LlamaOptions } from './llama.ts';

const MODEL = 'LLaMA';

const readConfig = originalConfig({
  model: MODEL,
  original: 'llama',
  read: {
    hidden_size: sizes.width,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.width,
    num_key_value_heads: sizes.width.nullish(),
    head_dim: sizes.width.nullish(),
    intermediate_size: sizes.width,
    vocab_size: sizes.vocabulary,
    max_position_embeddings: sizes.positions,
    rms_norm_eps: positive,
    rope_theta: positive,
    rope_scaling: wholeHeadRotaryFields,
    rope_parameters: wholeHeadRotaryFields,
    // Not LLaMA's, but releases that meet it turn a part of each head only.
    partial_rotary_factor: only(1),
    attention_bias: z.boolean(),
    mlp_bias: z.boolean(),
    tie_word_embeddings: z.boolean(),
    // Nanotron's: whether the features that turn together lie side by side in the weights.
    rope_interleaved: only(false),
  },
  // `pretraining_tp`: how the matrix products were sliced in training, the same product. `max_sequence_length`: of the
  // first converted LLaMAs. `is_llama_config`: nanotron's.
  inert: 'pretraining_tp attention_dropout max_sequence_length is_llama_config',
});

/** The options of Hugging Face's `LlamaConfig`; of rope scalings `linear` and `llama3` are honoured. */
export function llamaFromConfig(config: unknown, notes?: string[]): LlamaOptions {
  const given = readConfig(config, notes);
  const { rope_parameters: parameters, rope_scaling: scaled } = given;
  const scaling = oneMeaning(MODEL, {
    // A kind that is only spelt out is no scaling.
    rope_scaling: rotaryScaling(scaled) ?? (scaled && 'none'),
    rope_parameters: rotaryScaling(parameters) ?? (parameters && 'none'),
  });
  const base = oneMeaning(MODEL, {
    'rope_scaling.rope_theta': scaled?.rope_theta,
    'rope_parameters.rope_theta': parameters?.rope_theta,
    rope_theta: recordOf(config)?.rope_theta === undefined ? undefined : given.rope_theta,
  });
  return {
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    keyValueHeads: given.num_key_value_heads ?? given.num_attention_heads,
    ...(typeof given.head_dim === 'number' && { headDim: given.head_dim }),
    inner: given.intermediate_size,
    vocabulary: given.vocab_size,
    contextLength: given.max_position_embeddings,
    rotaryBase: base ?? given.rope_theta,
    ...(typeof scaling === 'object' && { rotaryScaling: scaling }),
    epsilon: given.rms_norm_eps,
    attentionBias: given.attention_bias,
    feedForwardBias: given.mlp_bias,
    tiedHead: given.tie_word_embeddings,
  };
}
