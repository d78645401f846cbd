import assert from 'node:assert/strict';
import { ModelError, nameParameters } from '../../dsl/index.ts';
import { languageModelFromConfig } from '../../models/configs/language-families.ts';
import { LANGUAGE_FAMILIES } from '../../models/configs/language-family-registry.ts';
import { modelTypes } from '../../models/configs/model-types.ts';
import { gptNeoxFromConfig } from '../../models/gpt-neox/config.ts';
import { gptNeoxSizes } from '../../models/gpt-neox/gpt-neox.ts';
import { llamaFromConfig } from '../../models/llama/config.ts';
import { llamaSizes } from '../../models/llama/llama.ts';
import { mosaicGptFromConfig, mptFromConfig } from '../../models/mpt/config.ts';
import { mptSizes } from '../../models/mpt/mpt.ts';
import { configOf, openReference } from './reference.ts';
import { refusedConfig } from './refused-config.ts';

/** The published config.json of each, as Hugging Face has them. */
const MPT_1B = {
  _name_or_path: 'mpt-1b',
  alibi: true,
  alibi_bias_max: 8,
  architectures: ['MosaicGPT'],
  attn_clip_qkv: null,
  attn_impl: 'torch',
  attn_pdrop: 0,
  attn_qk_ln: true,
  attn_uses_sequence_id: false,
  d_model: 2048,
  hidden_size: 2048,
  emb_init_std: null,
  emb_init_uniform_lim: null,
  emb_pdrop: 0,
  embedding_fraction: 1.0,
  fan_mode: 'fan_in',
  init_device: 'cpu',
  init_div_is_residual: true,
  init_gain: 0,
  init_nonlinearity: 'relu',
  init_std: 0.02,
  logit_scale: null,
  low_precision_layernorm: true,
  max_seq_len: 2048,
  mlp_ratio: 4,
  model_type: 'mosaic_gpt',
  n_heads: 16,
  n_layers: 24,
  no_bias: true,
  param_init_fn: 'kaiming_normal_',
  prefix_lm: false,
  resid_pdrop: 0,
  softmax_scale: null,
  tokenizer_name: 'EleutherAI/gpt-neox-20b',
  torch_dtype: 'float32',
  transformers_version: '4.27.4',
  use_cache: false,
  verbose: 0,
  vocab_size: 50368,
};
const MPT_7B = {
  architectures: ['MPTForCausalLM'],
  attn_config: {
    alibi: true,
    alibi_bias_max: 8,
    attn_impl: 'torch',
    attn_pdrop: 0,
    attn_type: 'multihead_attention',
    attn_uses_sequence_id: false,
    clip_qkv: null,
    prefix_lm: false,
    qk_ln: false,
    softmax_scale: null,
  },
  d_model: 4096,
  emb_pdrop: 0,
  embedding_fraction: 1.0,
  expansion_ratio: 4,
  init_config: { name: 'kaiming_normal_', verbose: 0 },
  init_device: 'cpu',
  learned_pos_emb: true,
  logit_scale: null,
  max_seq_len: 2048,
  model_type: 'mpt',
  n_heads: 32,
  n_layers: 32,
  no_bias: true,
  norm_type: 'low_precision_layernorm',
  resid_pdrop: 0,
  tokenizer_name: 'EleutherAI/gpt-neox-20b',
  torch_dtype: 'bfloat16',
  transformers_version: '4.28.1',
  use_cache: false,
  verbose: 0,
  vocab_size: 50432,
};
const REDPAJAMA_3B = {
  architectures: ['GPTNeoXForCausalLM'],
  bos_token_id: 0,
  eos_token_id: 0,
  hidden_act: 'gelu',
  hidden_size: 2560,
  initializer_range: 0.02,
  intermediate_size: 10240,
  layer_norm_eps: 1e-5,
  max_position_embeddings: 2048,
  model_type: 'gpt_neox',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  rotary_emb_base: 10000,
  rotary_pct: 1.0,
  tie_word_embeddings: false,
  torch_dtype: 'float16',
  transformers_version: '4.28.1',
  use_cache: true,
  use_parallel_residual: false,
  vocab_size: 50432,
};
const LLAMA_3_8B = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  attention_dropout: 0.0,
  bos_token_id: 128000,
  eos_token_id: 128001,
  hidden_act: 'silu',
  hidden_size: 4096,
  initializer_range: 0.02,
  intermediate_size: 14336,
  max_position_embeddings: 8192,
  model_type: 'llama',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  rope_theta: 500000.0,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  transformers_version: '4.40.0.dev0',
  use_cache: true,
  vocab_size: 128256,
};

describe("options from the originals' config.json", () => {
  it('gives the published sizes', () => {
    const subset = (options: object, size: object) =>
      assert.deepEqual({ ...options, ...size }, options, 'every option of the size is what the config says');
    subset(mosaicGptFromConfig(MPT_1B), mptSizes['1b']);
    subset(mptFromConfig(MPT_7B), mptSizes['7b']);
    subset(gptNeoxFromConfig(REDPAJAMA_3B), gptNeoxSizes['redpajama-3b']);
    subset(llamaFromConfig(LLAMA_3_8B), llamaSizes['3-8b']);
  });

  it('reads rope scaling in the older spelling and the newer one', () => {
    const llama3 = {
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    };
    const scaling = {
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContext: 8192,
    };
    const older = { ...LLAMA_3_8B, rope_scaling: { ...llama3, rope_type: 'llama3' } };
    assert.deepEqual(llamaFromConfig(older).rotaryScaling, scaling);
    const oldest = { ...LLAMA_3_8B, rope_scaling: { type: 'linear', factor: 2.5 } };
    assert.deepEqual(llamaFromConfig(oldest).rotaryScaling, { kind: 'linear', factor: 2.5 });
    const { rope_theta, rope_scaling, ...rest } = LLAMA_3_8B;
    const newer = llamaFromConfig({
      ...rest,
      rope_parameters: { ...llama3, rope_type: 'llama3', rope_theta: 1e5 },
    });
    assert.deepEqual([newer.rotaryScaling, newer.rotaryBase], [scaling, 1e5]);
  });

  it('refuses what it does not honour, all at once and by name', () => {
    const refusals: readonly [unknown, RegExp][] = [
      [{ ...MPT_7B, no_bias: false, logit_scale: 'odd' }, /logit_scale is "odd".*no_bias is false/],
      [{ ...MPT_7B, attn_config: { ...MPT_7B.attn_config, alibi: false } }, /alibi is false/],
      [{ ...MPT_7B, attn_config: { ...MPT_7B.attn_config, sliding: 3 } }, /sliding is not known/],
      [{ ...REDPAJAMA_3B, rope_scaling: { type: 'linear', factor: 2 } }, /rope_scaling/],
      [{ ...REDPAJAMA_3B, hidden_act: 'mish' }, /hidden_act is "mish" \(known activations are gelu,/],
      [
        { ...LLAMA_3_8B, rope_scaling: { type: 'ntk', factor: 2 } },
        /rope_scaling.*only default, linear, dynamic, llama3/,
      ],
      [{ ...LLAMA_3_8B, rope_scaling: { rope_type: 'yarn', factor: 2, beta: 3 } }, /rope_scaling/],
      [
        {
          ...LLAMA_3_8B,
          rope_scaling: { rope_type: 'dynamic', factor: 2, original_max_position_embeddings: 4096 },
        },
        /dynamic scaling from 4096 tokens .* take max_position_embeddings for it, which is 8192; make them equal/,
      ],
      [{ ...LLAMA_3_8B, sliding_window: 4096 }, /sliding_window is not known/],
      [{ ...LLAMA_3_8B, hidden_size: null }, /hidden_size is null/],
      [
        { ...LLAMA_3_8B, model_type: 'mamba' },
        /model_type 'mamba'; known are .*gpt_neox, gpt2, .*llama, .*mistral, /,
      ],
      [{ ...LLAMA_3_8B, model_type: 'toString' }, /model_type 'toString'; known are/],
      [[], /has no model_type/],
      [null, /has no model_type/],
    ];
    for (const [config, expected] of refusals) {
      assert.throws(() => languageModelFromConfig(config), refusedConfig(expected));
    }
    for (const family of Object.values(modelTypes(LANGUAGE_FAMILIES))) {
      assert.throws(() => family(null, {}), ModelError);
    }
  });

  it('takes the rows of embeddings that special tokens have grown', () => {
    const model = languageModelFromConfig(MPT_1B, { vocabulary: 50_280 });
    assert.equal(model.vocabulary, 50_280);
    const { parameters } = nameParameters({ language: model.parts });
    assert.deepEqual(parameters.get('language.wte.weight')?.shape, [50_280, 2048]);
  });

  it('reads every reference that the original packages wrote', async () => {
    for (const name of ['opt', 'mpt', 'mosaic-mpt', 'gpt-neox', 'llama', 'gpt2']) {
      const file = await openReference(`language/${name}.safetensors`);
      assert.ok(languageModelFromConfig(configOf(file)).layers > 0);
    }
  });
});
