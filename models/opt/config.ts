import { z } from 'zod';
import { activationName, sizes } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import type { OptOptions } from './opt.ts';

const readConfig = originalConfig({
  model: 'OPT',
  original: 'opt',
  read: {
    hidden_size: sizes.width,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.width,
    ffn_dim: sizes.width,
    vocab_size: sizes.vocabulary,
    max_position_embeddings: sizes.positions,
    activation_function: activationName,
    word_embed_proj_dim: sizes.width.nullish(),
    do_layer_norm_before: z.boolean(),
    tie_word_embeddings: z.boolean(),
  },
  // The last three: of the conversions of the largest OPT (its head is always there), and of Galactica.
  inert: `dropout attention_dropout activation_dropout layerdrop init_std layer_norm_eps output_projection
    learned_embeddings scale_embeddings`,
});

/** The options of Hugging Face's `OPTConfig`. */
export function optFromConfig(config: unknown, notes?: string[]): OptOptions {
  const given = readConfig(config, notes);
  return {
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    inner: given.ffn_dim,
    vocabulary: given.vocab_size,
    contextLength: given.max_position_embeddings,
    activation: given.activation_function,
    embeddingDim: given.word_embed_proj_dim ?? given.hidden_size,
    normFirst: given.do_layer_norm_before,
    tiedHead: given.tie_word_embeddings,
  };
}
