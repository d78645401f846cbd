import { z } from 'zod';
import { only, orElse, originalConfig, size } from '../configs/original-config.ts';
import type { MptOptions } from './mpt.ts';

const attentionFields = {
  clip_qkv: z.number().positive().nullish(),
  softmax_scale: z.number().nullish(),
  alibi: z.literal(true),
  alibi_bias_max: orElse(z.number(), 8),
};

const readAttentionConfig = originalConfig({
  model: 'MPT',
  honoured: {
    ...attentionFields,
    attn_type: only('multihead_attention'),
    qk_ln: orElse(z.boolean(), false),
    prefix_lm: only(false),
    attn_uses_sequence_id: only(false),
  },
  ignored: 'attn_impl attn_pdrop',
});

const logitScaleField = z.union([z.number(), z.literal('inv_sqrt_d_model')]).nullish();

const modelFields = {
  d_model: size,
  n_heads: size,
  n_layers: size,
  vocab_size: size,
  max_seq_len: size,
  logit_scale: logitScaleField,
  no_bias: z.literal(true),
};

const IGNORED =
  'hidden_size learned_pos_emb resid_pdrop emb_pdrop embedding_fraction init_device init_config verbose';

const readConfig = originalConfig({
  model: 'MPT',
  honoured: {
    ...modelFields,
    expansion_ratio: orElse(size, 4),
    attn_config: z.unknown().transform(readAttentionConfig),
    norm_type: z.enum(['low_precision_layernorm', 'layernorm']).nullish(),
    layer_norm_epsilon: only(1e-5),
    tie_word_embeddings: only(true),
  },
  ignored: IGNORED,
});

/** The options of llm-foundry's `MPTConfig` and transformers' `MptConfig` (`model_type` `mpt`). */
export function mptFromConfig(config: unknown): MptOptions {
  const { attn_config: attention, ...given } = readConfig(config);
  return {
    ...commonOptions(given),
    inner: given.expansion_ratio * given.d_model,
    queryKeyNorm: attention.qk_ln,
    ...attentionOptions(attention),
  };
}

const readMosaicConfig = originalConfig({
  model: 'MosaicGPT',
  honoured: {
    ...modelFields,
    ...attentionFields,
    mlp_ratio: orElse(size, 4),
    attn_qk_ln: orElse(z.boolean(), false),
    attn_clip_qkv: z.number().positive().nullish(),
    prefix_lm: only(false),
    attn_uses_sequence_id: only(false),
  },
  ignored: `${IGNORED} attn_impl attn_pdrop low_precision_layernorm param_init_fn init_div_is_residual init_std
    emb_init_std emb_init_uniform_lim init_gain fan_mode init_nonlinearity`,
});

/** The options of the older class's `MosaicGPTConfig` (`model_type` `mosaic_gpt`), which MPT-1B has. */
export function mosaicGptFromConfig(config: unknown): MptOptions {
  const given = readMosaicConfig(config);
  return {
    ...commonOptions(given),
    inner: given.mlp_ratio * given.d_model,
    queryKeyNorm: given.attn_qk_ln,
    ...attentionOptions({ ...given, clip_qkv: given.attn_clip_qkv }),
  };
}

interface CommonFields {
  readonly d_model: number;
  readonly n_heads: number;
  readonly n_layers: number;
  readonly vocab_size: number;
  readonly max_seq_len: number;
  readonly logit_scale?: z.output<typeof logitScaleField>;
}

function commonOptions(given: CommonFields) {
  const scale = given.logit_scale === 'inv_sqrt_d_model' ? given.d_model ** -0.5 : given.logit_scale;
  return {
    dim: given.d_model,
    layers: given.n_layers,
    heads: given.n_heads,
    vocabulary: given.vocab_size,
    contextLength: given.max_seq_len,
    ...(typeof scale === 'number' && { logitScale: scale }),
  };
}

interface AttentionFields {
  readonly clip_qkv?: number | null | undefined;
  readonly softmax_scale?: number | null | undefined;
  readonly alibi_bias_max: number;
}

function attentionOptions({ clip_qkv, softmax_scale, alibi_bias_max }: AttentionFields) {
  return {
    alibiBiasMax: alibi_bias_max,
    ...(typeof clip_qkv === 'number' && { clip: clip_qkv }),
    ...(typeof softmax_scale === 'number' && { scale: softmax_scale }),
  };
}
