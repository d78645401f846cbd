import { z } from 'zod';
import { activationName, only, positive, sizes } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import type { GptjOptions } from './gptj.ts';

const readConfig = originalConfig({
  model: 'GPT-J',
  original: 'gptj',
  read: {
    n_embd: sizes.width,
    n_layer: sizes.layers,
    n_head: sizes.width,
    n_inner: sizes.width.nullish(),
    vocab_size: sizes.vocabulary,
    n_positions: sizes.positions,
    rotary_dim: sizes.width,
    activation_function: activationName,
    layer_norm_epsilon: positive,
    tie_word_embeddings: z.boolean(),
    // Of the published files, which the class does not look at.
    rotary: only(true),
    scale_attn_weights: only(true),
  },
  inert: `resid_pdrop embd_pdrop attn_pdrop summary_type summary_use_proj summary_activation summary_proj_to_labels
    summary_first_dropout`,
});

/** The options of Hugging Face's `GPTJConfig`. */
export function gptjFromConfig(config: unknown, notes?: string[]): GptjOptions {
  const given = readConfig(config, notes);
  return {
    dim: given.n_embd,
    layers: given.n_layer,
    heads: given.n_head,
    inner: given.n_inner ?? 4 * given.n_embd,
    vocabulary: given.vocab_size,
    contextLength: given.n_positions,
    rotaryDim: given.rotary_dim,
    activation: given.activation_function,
    epsilon: given.layer_norm_epsilon,
    tiedHead: given.tie_word_embeddings,
  };
}
