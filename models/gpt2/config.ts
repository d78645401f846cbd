import { z } from 'zod';
import { activationName, positive, sizes } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import type { Gpt2Options } from './gpt2.ts';

const readConfig = originalConfig({
  model: 'GPT-2',
  original: 'gpt2',
  read: {
    n_embd: sizes.width,
    n_layer: sizes.layers,
    n_head: sizes.width,
    n_inner: sizes.width.nullish(),
    vocab_size: sizes.vocabulary,
    n_positions: sizes.positions,
    activation_function: activationName,
    layer_norm_epsilon: positive,
    scale_attn_weights: z.boolean(),
    scale_attn_by_inverse_layer_idx: z.boolean(),
    tie_word_embeddings: z.boolean(),
  },
  // `n_ctx` repeats n_positions; `reorder_and_upcast_attn` computes the same scores in another order.
  // `output_past` is what older releases called use_cache.
  inert: `n_ctx output_past reorder_and_upcast_attn resid_pdrop embd_pdrop attn_pdrop summary_type summary_use_proj
    summary_activation summary_proj_to_labels summary_first_dropout`,
});

/** The options of Hugging Face's `GPT2Config`. */
export function gpt2FromConfig(config: unknown, notes?: string[]): Gpt2Options {
  const given = readConfig(config, notes);
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
    tiedHead: given.tie_word_embeddings,
  };
}
