import { z } from 'zod';
import { activationName, only, orElse, originalConfig, size } from '../configs/original-config.ts';
import type { GptNeoxOptions } from './gpt-neox.ts';

/** Releases from 2025 on write the rotary fields together. */
const rotaryFields = z
  .strictObject({
    rope_type: only('default'),
    rope_theta: z.number(),
    partial_rotary_factor: z.number().nullish(),
  })
  .nullish();

const readConfig = originalConfig({
  model: 'GPT-NeoX',
  honoured: {
    hidden_size: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    intermediate_size: size,
    vocab_size: size,
    max_position_embeddings: size,
    rotary_pct: orElse(z.number(), 0.25),
    rotary_emb_base: orElse(z.number(), 10_000),
    rope_parameters: rotaryFields,
    rope_scaling: z.null().optional(),
    use_parallel_residual: orElse(z.boolean(), true),
    hidden_act: orElse(activationName, 'gelu'),
    layer_norm_eps: orElse(z.number(), 1e-5),
    attention_bias: only(true),
    tie_word_embeddings: only(false),
  },
  ignored: 'attention_dropout hidden_dropout classifier_dropout',
});

/** The options of Hugging Face's `GPTNeoXConfig`: Pythia, RedPajama-INCITE. */
export function gptNeoxFromConfig(config: unknown): GptNeoxOptions {
  const given = readConfig(config);
  return {
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    inner: given.intermediate_size,
    vocabulary: given.vocab_size,
    contextLength: given.max_position_embeddings,
    rotaryShare: given.rope_parameters?.partial_rotary_factor ?? given.rotary_pct,
    rotaryBase: given.rope_parameters?.rope_theta ?? given.rotary_emb_base,
    parallelResidual: given.use_parallel_residual,
    activation: given.hidden_act,
    epsilon: given.layer_norm_eps,
  };
}
