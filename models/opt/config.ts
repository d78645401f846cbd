import { ModelError } from '../../dsl/index.ts';
import { activationName, only, orElse, originalConfig, size } from '../configs/original-config.ts';
import type { OptOptions } from './opt.ts';

const readConfig = originalConfig({
  model: 'OPT',
  honoured: {
    hidden_size: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    ffn_dim: size,
    vocab_size: size,
    max_position_embeddings: size,
    activation_function: orElse(activationName, 'relu'),
    do_layer_norm_before: only(true),
    enable_bias: only(true),
    layer_norm_elementwise_affine: only(true),
    tie_word_embeddings: only(true),
    _remove_final_layer_norm: only(false),
    word_embed_proj_dim: size.nullish(),
  },
  ignored: 'dropout attention_dropout activation_dropout layerdrop init_std layer_norm_eps',
});

/** The options of Hugging Face's `OPTConfig`. */
export function optFromConfig(config: unknown): OptOptions {
  const given = readConfig(config);
  if ((given.word_embed_proj_dim ?? given.hidden_size) !== given.hidden_size) {
    throw new ModelError(
      `The config of this OPT model has word_embed_proj_dim ${given.word_embed_proj_dim} beside hidden_size ${given.hidden_size}: embeddings of another width than the layers are not known to this project.`,
    );
  }
  return {
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    inner: given.ffn_dim,
    vocabulary: given.vocab_size,
    contextLength: given.max_position_embeddings,
    activation: given.activation_function,
  };
}
