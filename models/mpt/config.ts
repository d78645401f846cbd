import { z } from 'zod';
import { only, orElse, positive, sizes } from '../configs/config-fields.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { defaultsOf } from '../configs/original-defaults.ts';
import { sameJson, shownJson } from '../configs/same-json.ts';
import type { MptOptions } from './mpt.ts';

/** What both originals of an MPT read alike. */
const modelFields = {
  d_model: sizes.width,
  n_heads: sizes.width,
  n_layers: sizes.layers,
  vocab_size: sizes.vocabulary,
  max_seq_len: sizes.positions,
};
const attentionFields = {
  clip_qkv: positive.nullish(),
  softmax_scale: z.number().nullish(),
};
const logitScale = z.union([z.number(), z.literal('inv_sqrt_d_model')]).nullish();

const INERT =
  'hidden_size learned_pos_emb resid_pdrop emb_pdrop embedding_fraction init_device init_config verbose name loss_fn';
const INERT_ATTENTION = 'attn_impl attn_pdrop';

/**
 * The options of an MPT (`model_type` `mpt`), of which there are two originals: llm-foundry's `MPTConfig`, with its code
 * beside the weights (`auto_map`), and transformers' `MptConfig`. They differ in defaults and in what they look at, so the
 * one that wrote the file counts.
 */
export function mptFromConfig(config: unknown, notes: string[] = []): MptOptions {
  return isFromTransformers(config) ? fromTransformers(config, notes) : fromFoundry(config, notes);
}

function isFromTransformers(config: unknown): boolean {
  const { architectures, ...given } = recordOf(config) ?? {};
  const ofFoundry = ['auto_map', 'init_config', 'ffn_config', 'fc_type'].some(
    (field) => given[field] != null,
  );
  return !ofFoundry && !(Array.isArray(architectures) && architectures.includes('MPTForCausalLM'));
}

const readFoundryAttention = originalConfig({
  model: 'MPT',
  original: 'llm-foundry/attn_config',
  read: {
    ...attentionFields,
    alibi: z.literal(true),
    alibi_bias_max: positive,
    qk_ln: z.boolean(),
  },
  // Layers of llm-foundry without rope have no use for what is said of it.
  inert: `${INERT_ATTENTION} rope_theta rope_impl rope_dail_config rope_hf_config`,
});
const readFoundry = originalConfig({
  model: 'MPT',
  original: 'llm-foundry/mpt',
  read: {
    ...modelFields,
    logit_scale: logitScale,
    expansion_ratio: positive,
    no_bias: z.literal(true),
    tie_word_embeddings: z.boolean(),
    // The first computes in the model's own precision, which is float32 here.
    norm_type: z.enum(['low_precision_layernorm', 'layernorm']),
    fc_type: z.union([z.literal('torch'), z.strictObject({ name: z.literal('torch') })]),
    ffn_config: z
      .strictObject({
        ffn_type: only('mptmlp'),
        fc_type: z.union([z.literal('torch'), z.strictObject({ name: z.literal('torch') })]).nullish(),
      })
      .nullish(),
    attn_config: z.unknown(),
    // Not llm-foundry's, and its own value where transformers has read and written the file again.
    layer_norm_epsilon: only(1e-5),
  },
  inert: `${INERT} use_pad_tok_in_ffn`,
});

function fromFoundry(config: unknown, notes: string[]): MptOptions {
  const given = readFoundry(config, notes);
  const attention = readFoundryAttention(given.attn_config ?? {});
  return {
    ...commonOptions(given),
    ...logitOptions(given),
    inner: Math.trunc(given.expansion_ratio * given.d_model),
    queryKeyNorm: attention.qk_ln,
    tiedHead: given.tie_word_embeddings,
    alibiBiasMax: attention.alibi_bias_max,
    ...attentionOptions(attention),
  };
}

/** Fields that transformers' `MptConfig` has and its model has no use for; by what they mean to llm-foundry. */
const UNUSED = ['logit_scale', 'no_bias', 'norm_type', 'expansion_ratio', 'learned_pos_emb'] as const;
const UNUSED_ATTENTION = [
  'alibi',
  'alibi_bias_max',
  'qk_ln',
  'attn_type',
  'prefix_lm',
  'attn_uses_sequence_id',
] as const;

const readAttention = originalConfig({
  model: 'MPT',
  original: 'mpt/attn_config',
  read: attentionFields,
  inert: [INERT_ATTENTION, ...UNUSED_ATTENTION].join(' '),
});
const readTransformers = originalConfig({
  model: 'MPT',
  original: 'mpt',
  read: { ...modelFields, tie_word_embeddings: z.boolean(), attn_config: z.unknown() },
  inert: [INERT, ...UNUSED].join(' '),
});

function fromTransformers(config: unknown, notes: string[]): MptOptions {
  const given = readTransformers(config, notes);
  const attention = readAttention(given.attn_config ?? {});
  const said = recordOf(config) ?? {};
  const saidOfAttention = recordOf(given.attn_config) ?? {};
  const unused = [
    ...UNUSED.flatMap((field) => otherThanDefault('mpt', field, said[field])),
    ...UNUSED_ATTENTION.flatMap((field) =>
      otherThanDefault('mpt/attn_config', field, saidOfAttention[field]).map((text) => `attn_config.${text}`),
    ),
  ];
  if (unused.length > 0) {
    notes.push(
      `The config of this MPT model is transformers', whose model does not look at ${unused.join(', ')}: nor does the compiled one; llm-foundry's does, where its config.json with auto_map or architectures MPTForCausalLM is given.`,
    );
  } else if (saidOfAttention.alibi === undefined) {
    notes.push(
      "The config of this MPT model leaves out attn_config.alibi: it is on, as in transformers, whose file it is (in llm-foundry's it would be off).",
    );
  }
  return {
    ...commonOptions(given),
    inner: 4 * given.d_model,
    tiedHead: given.tie_word_embeddings,
    ...attentionOptions(attention),
  };
}

function otherThanDefault(original: 'mpt' | 'mpt/attn_config', field: string, value: unknown): string[] {
  const usual = value === undefined || defaultsOf(original, field).some((each) => sameJson(each, value));
  return usual ? [] : [`${field} ${shownJson(value)}`];
}

const readMosaicConfig = originalConfig({
  model: 'MosaicGPT',
  // Its class came with its weights: no release of an original has it.
  original: 'every',
  read: {
    ...modelFields,
    softmax_scale: attentionFields.softmax_scale,
    alibi: z.literal(true),
    alibi_bias_max: orElse(positive, 8),
    logit_scale: logitScale,
    no_bias: z.literal(true),
    mlp_ratio: orElse(positive, 4),
    attn_qk_ln: orElse(z.boolean(), false),
    attn_clip_qkv: positive.nullish(),
    prefix_lm: only(false),
    attn_uses_sequence_id: only(false),
  },
  inert: `${INERT} attn_impl attn_pdrop low_precision_layernorm param_init_fn init_div_is_residual init_std
    emb_init_std emb_init_uniform_lim init_gain fan_mode init_nonlinearity`,
});

/** The options of the older class's `MosaicGPTConfig` (`model_type` `mosaic_gpt`), which MPT-1B has. */
export function mosaicGptFromConfig(config: unknown, notes?: string[]): MptOptions {
  const given = readMosaicConfig(config, notes);
  return {
    ...commonOptions(given),
    ...logitOptions(given),
    inner: Math.trunc(given.mlp_ratio * given.d_model),
    queryKeyNorm: given.attn_qk_ln,
    alibiBiasMax: given.alibi_bias_max,
    ...attentionOptions({ ...given, clip_qkv: given.attn_clip_qkv }),
  };
}

interface CommonFields {
  readonly d_model: number;
  readonly n_heads: number;
  readonly n_layers: number;
  readonly vocab_size: number;
  readonly max_seq_len: number;
}

function commonOptions(given: CommonFields) {
  return {
    dim: given.d_model,
    layers: given.n_layers,
    heads: given.n_heads,
    vocabulary: given.vocab_size,
    contextLength: given.max_seq_len,
  };
}

interface LogitFields {
  readonly d_model: number;
  readonly logit_scale?: z.output<typeof logitScale>;
}

function logitOptions({ d_model, logit_scale }: LogitFields) {
  const scale = logit_scale === 'inv_sqrt_d_model' ? d_model ** -0.5 : logit_scale;
  return typeof scale === 'number' ? { logitScale: scale } : {};
}

interface AttentionFields {
  readonly clip_qkv?: number | null | undefined;
  readonly softmax_scale?: number | null | undefined;
}

function attentionOptions({ clip_qkv, softmax_scale }: AttentionFields) {
  return {
    ...(typeof clip_qkv === 'number' && { clip: clip_qkv }),
    ...(typeof softmax_scale === 'number' && { scale: softmax_scale }),
  };
}
