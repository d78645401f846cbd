import { z } from 'zod';
import { activationName, positive, sizes } from '../configs/config-fields.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import type { GptBigcodeOptions } from './gpt-bigcode.ts';

const MODEL = 'GPT-BigCode';

const readConfig = originalConfig({
  model: MODEL,
  original: 'gpt_bigcode',
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
    multi_query: z.boolean(),
    num_key_value_heads: sizes.width.nullish(),
    tie_word_embeddings: z.boolean(),
  },
  // The precision of the softmax is float32's here; the second line has leftovers of StarCoder's training.
  inert: `resid_pdrop embd_pdrop attn_pdrop attention_softmax_in_fp32 scale_attention_softmax_in_fp32
    inference_runner max_batch_size max_sequence_length pad_key_length pre_allocate_kv_cache validate_runner_input
    summary_type summary_use_proj summary_activation summary_proj_to_labels summary_first_dropout`,
});

/** The options of Hugging Face's `GPTBigCodeConfig`: StarCoder, SantaCoder. */
export function gptBigcodeFromConfig(config: unknown, notes?: string[]): GptBigcodeOptions {
  const given = readConfig(config, notes);
  // Newer releases write what follows from multi_query, whatever was there.
  const saysHeads = recordOf(config)?.num_key_value_heads !== undefined;
  oneMeaning(MODEL, {
    'multi_query by heads': given.multi_query ? 1 : given.n_head,
    num_key_value_heads: saysHeads ? given.num_key_value_heads : undefined,
  });
  return {
    dim: given.n_embd,
    layers: given.n_layer,
    heads: given.n_head,
    multiQuery: given.multi_query,
    inner: given.n_inner ?? 4 * given.n_embd,
    vocabulary: given.vocab_size,
    contextLength: given.n_positions,
    activation: given.activation_function,
    epsilon: given.layer_norm_epsilon,
    ...(!given.scale_attn_weights && { scale: 1 }),
    tiedHead: given.tie_word_embeddings,
  };
}
