import { z } from 'zod';
import { activationName, only, orElse, originalConfig, size } from '../configs/original-config.ts';
import type { Gpt2Options } from './gpt2.ts';

const readConfig = originalConfig({
  model: 'GPT-2',
  honoured: {
    n_embd: size,
    n_layer: size,
    n_head: size,
    n_inner: size.nullish(),
    vocab_size: size,
    n_positions: size,
    activation_function: orElse(activationName, 'gelu-tanh'),
    layer_norm_epsilon: orElse(z.number(), 1e-5),
    scale_attn_weights: orElse(z.boolean(), true),
    scale_attn_by_inverse_layer_idx: orElse(z.boolean(), false),
    add_cross_attention: only(false),
    tie_word_embeddings: only(true),
  },
  // `n_ctx` repeats n_positions; `reorder_and_upcast_attn` computes the same scores in another order.
  ignored: `n_ctx reorder_and_upcast_attn resid_pdrop embd_pdrop attn_pdrop summary_type summary_use_proj
    summary_activation summary_proj_to_labels summary_first_dropout`,
});

/** The options of Hugging Face's `GPT2Config`. */
export function gpt2FromConfig(config: unknown): Gpt2Options {
  const given = readConfig(config);
  return {
    dim: given.n_embd,
    layers: given.n_layer,
    heads: given.n_head,
    inner: given.n_inner ?? 4 * given.n_embd,
    vocabulary: given.vocab_size,
    contextLength: given.n_positions,
    activation: given.activation_function,
    epsilon: given.layer_norm_epsilon,
    ...(!given.scale_attn_weights && { scale: 1 }),
    scaleByLayer: given.scale_attn_by_inverse_layer_idx,
  };
}
