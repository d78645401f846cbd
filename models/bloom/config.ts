import { z } from 'zod';
import { only, positive, sizes } from '../configs/config-fields.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import type { BloomOptions } from './bloom.ts';

const MODEL = 'BLOOM';

/** The context that every BLOOM was trained with: the class has no field for it, and some of the files have one. */
const CONTEXT = 2048;

const readConfig = originalConfig({
  model: MODEL,
  original: 'bloom',
  read: {
    hidden_size: sizes.width,
    n_layer: sizes.layers,
    n_head: sizes.width,
    // The same by other names, as the class takes them too.
    n_embed: sizes.width.nullish(),
    num_hidden_layers: sizes.layers.nullish(),
    num_attention_heads: sizes.width.nullish(),
    vocab_size: sizes.vocabulary,
    seq_length: sizes.positions.nullish(),
    layer_norm_epsilon: positive,
    apply_residual_connection_post_layernorm: z.boolean(),
    tie_word_embeddings: z.boolean(),
    // Of the published files, which the class does not look at.
    n_inner: z.null().optional(),
    skip_bias_add_qkv: only(false),
  },
  // `slow_but_exact` sums the same products in the slices of training, of which there were `pretraining_tp`; those of the
  // last two lines are of the published files.
  inert: `attention_dropout hidden_dropout pretraining_tp slow_but_exact
    attention_softmax_in_fp32 bias_dropout_fusion masked_softmax_fusion offset_alibi skip_bias_add unk_token_id`,
});

/** The options of Hugging Face's `BloomConfig`: BLOOM and BLOOMZ. */
export function bloomFromConfig(config: unknown, notes?: string[]): BloomOptions {
  const given = readConfig(config, notes);
  const said = recordOf(config) ?? {};
  const one = <Name extends 'hidden_size' | 'n_layer' | 'n_head'>(
    name: Name,
    other: string,
    value: number | null | undefined,
  ): number =>
    oneMeaning(MODEL, { [name]: said[name] === undefined ? undefined : given[name], [other]: value }) ??
    given[name];
  if (given.seq_length == null)
    notes?.push(
      `The config of this ${MODEL} model leaves out seq_length: its context is the ${CONTEXT} tokens that every BLOOM was trained with.`,
    );
  return {
    dim: one('hidden_size', 'n_embed', given.n_embed),
    layers: one('n_layer', 'num_hidden_layers', given.num_hidden_layers),
    heads: one('n_head', 'num_attention_heads', given.num_attention_heads),
    vocabulary: given.vocab_size,
    contextLength: given.seq_length ?? CONTEXT,
    epsilon: given.layer_norm_epsilon,
    residualAfterNorm: given.apply_residual_connection_post_layernorm,
    tiedHead: given.tie_word_embeddings,
  };
}
