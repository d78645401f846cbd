import { z } from 'zod';
import type { RotaryScaling } from '../../dsl/index.ts';
import { only, orElse, originalConfig, size } from '../configs/original-config.ts';
import type { LlamaOptions } from './llama.ts';

const factor = z.number().positive();

/**
 * `rope_scaling`, and `rope_parameters` as releases from 2025 on write it. Scalings that follow the length of the
 * prompt (`dynamic`, `longrope`) or stretch attention too (`yarn`) are refused.
 */
const rotaryFields = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && 'type' in value && !('rope_type' in value)
      ? { ...value, rope_type: value.type }
      : value,
  z
    .discriminatedUnion('rope_type', [
      z.object({ rope_type: z.literal('default'), rope_theta: z.number().optional() }),
      z.object({ rope_type: z.literal('linear'), factor, rope_theta: z.number().optional() }),
      z.object({
        rope_type: z.literal('llama3'),
        factor,
        low_freq_factor: factor,
        high_freq_factor: factor,
        original_max_position_embeddings: size,
        rope_theta: z.number().optional(),
      }),
    ])
    .nullish(),
);

const readConfig = originalConfig({
  model: 'LLaMA',
  honoured: {
    hidden_size: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    num_key_value_heads: size.nullish(),
    head_dim: size.nullish(),
    intermediate_size: size,
    vocab_size: size,
    max_position_embeddings: orElse(size, 2048),
    rms_norm_eps: orElse(z.number(), 1e-6),
    rope_theta: orElse(z.number(), 10_000),
    rope_scaling: rotaryFields,
    rope_parameters: rotaryFields,
    attention_bias: orElse(z.boolean(), false),
    mlp_bias: orElse(z.boolean(), false),
    tie_word_embeddings: orElse(z.boolean(), false),
    hidden_act: only('silu'),
  },
  // How the matrix products were sliced in training: the same product.
  ignored: 'pretraining_tp attention_dropout max_sequence_length',
});

/** The options of Hugging Face's `LlamaConfig`; of rope scalings `linear` and `llama3` are honoured. */
export function llamaFromConfig(config: unknown): LlamaOptions {
  const given = readConfig(config);
  const rotary = given.rope_parameters ?? given.rope_scaling;
  const scaling = scalingOf(rotary);
  return {
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    keyValueHeads: given.num_key_value_heads ?? given.num_attention_heads,
    headDim: given.head_dim ?? given.hidden_size / given.num_attention_heads,
    inner: given.intermediate_size,
    vocabulary: given.vocab_size,
    contextLength: given.max_position_embeddings,
    rotaryBase: rotary?.rope_theta ?? given.rope_theta,
    ...(scaling && { rotaryScaling: scaling }),
    epsilon: given.rms_norm_eps,
    attentionBias: given.attention_bias,
    feedForwardBias: given.mlp_bias,
    tiedHead: given.tie_word_embeddings,
  };
}

function scalingOf(rotary: z.output<typeof rotaryFields>): RotaryScaling | undefined {
  if (rotary?.rope_type === 'linear') return { kind: 'linear', factor: rotary.factor };
  if (rotary?.rope_type !== 'llama3') return undefined;
  return {
    kind: 'llama3',
    factor: rotary.factor,
    lowFrequencyFactor: rotary.low_freq_factor,
    highFrequencyFactor: rotary.high_freq_factor,
    originalContext: rotary.original_max_position_embeddings,
  };
}
