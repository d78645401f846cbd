import assert from 'node:assert/strict';
import { languageModelFromConfig } from '../../models/configs/language-families.ts';
import { refusedConfig } from './refused-config.ts';

/*
 * The configs that are published with Falcon, BLOOM and StarCoder. They restate the published values (names, sizes and the
 * leftovers beside them), written down as facts: nothing here is downloaded.
 */

const FALCON_7B = {
  alibi: false,
  apply_residual_connection_post_layernorm: false,
  architectures: ['FalconForCausalLM'],
  attention_dropout: 0.0,
  bias: false,
  bos_token_id: 11,
  eos_token_id: 11,
  hidden_dropout: 0.0,
  hidden_size: 4544,
  initializer_range: 0.02,
  layer_norm_epsilon: 1e-5,
  model_type: 'falcon',
  multi_query: true,
  new_decoder_architecture: false,
  num_attention_heads: 71,
  num_hidden_layers: 32,
  parallel_attn: true,
  torch_dtype: 'bfloat16',
  transformers_version: '4.27.4',
  use_cache: true,
  vocab_size: 65024,
};
/** The same before transformers knew Falcon. */
const { num_attention_heads, num_hidden_layers, new_decoder_architecture, ...BESIDES } = FALCON_7B;
const REFINED_WEB_7B = {
  ...BESIDES,
  architectures: ['RWForCausalLM'],
  auto_map: { AutoConfig: 'configuration_RW.RWConfig', AutoModelForCausalLM: 'modelling_RW.RWForCausalLM' },
  model_type: 'RefinedWebModel',
  n_head: 71,
  n_layer: 32,
};
const { multi_query, parallel_attn, ...BESIDES_40B } = REFINED_WEB_7B;
const REFINED_WEB_40B = {
  ...BESIDES_40B,
  hidden_size: 8192,
  model_type: 'RefinedWeb',
  n_head: 128,
  n_head_kv: 8,
  n_layer: 60,
};
const FALCON_RW_1B = {
  ...FALCON_7B,
  alibi: true,
  bias: true,
  bos_token_id: 1,
  eos_token_id: 2,
  hidden_size: 2048,
  multi_query: false,
  num_attention_heads: 32,
  num_hidden_layers: 24,
  parallel_attn: false,
  vocab_size: 50304,
};
const FALCON2_11B = {
  ...FALCON_7B,
  activation: 'gelu',
  ff_factor: 4,
  ffn_hidden_size: 16384,
  hidden_size: 4096,
  max_position_embeddings: 8192,
  new_decoder_architecture: true,
  num_attention_heads: 32,
  num_hidden_layers: 60,
  num_kv_heads: 8,
  num_ln_in_parallel_attn: 1,
  rope_scaling: null,
  rope_theta: 500042.0,
  tie_word_embeddings: false,
  transformers_version: '4.39.2',
};
const BLOOM_560M = {
  apply_residual_connection_post_layernorm: false,
  architectures: ['BloomForCausalLM'],
  attention_dropout: 0.0,
  attention_softmax_in_fp32: true,
  bias_dropout_fusion: true,
  bos_token_id: 1,
  eos_token_id: 2,
  hidden_dropout: 0.0,
  initializer_range: 0.02,
  layer_norm_epsilon: 1e-5,
  masked_softmax_fusion: true,
  model_type: 'bloom',
  n_embed: 1024,
  n_inner: null,
  n_layer: 24,
  num_attention_heads: 16,
  offset_alibi: 100,
  pad_token_id: 3,
  pretraining_tp: 1,
  skip_bias_add: true,
  skip_bias_add_qkv: false,
  transformers_version: '4.20.0',
  unk_token_id: 0,
  use_cache: true,
  vocab_size: 250880,
};
const { n_embed, num_attention_heads: _, ...BESIDES_BLOOM } = BLOOM_560M;
const BLOOMZ_7B = {
  ...BESIDES_BLOOM,
  hidden_size: 4096,
  n_head: 32,
  n_layer: 30,
  seq_length: 2048,
  slow_but_exact: false,
};
const STARCODER = {
  activation_function: 'gelu',
  architectures: ['GPTBigCodeForCausalLM'],
  attention_softmax_in_fp32: true,
  attn_pdrop: 0.1,
  bos_token_id: 0,
  embd_pdrop: 0.1,
  eos_token_id: 0,
  inference_runner: 0,
  initializer_range: 0.02,
  layer_norm_epsilon: 1e-5,
  max_batch_size: null,
  max_sequence_length: null,
  model_type: 'gpt_bigcode',
  multi_query: true,
  n_embd: 6144,
  n_head: 48,
  n_inner: 24576,
  n_layer: 40,
  n_positions: 8192,
  pad_key_length: true,
  pre_allocate_kv_cache: false,
  resid_pdrop: 0.1,
  scale_attention_softmax_in_fp32: true,
  scale_attn_weights: true,
  summary_activation: null,
  summary_first_dropout: 0.1,
  summary_proj_to_labels: true,
  summary_type: 'cls_index',
  summary_use_proj: true,
  transformers_version: '4.28.1',
  use_cache: true,
  validate_runner_input: true,
  vocab_size: 49152,
};

const read = (config: unknown) => {
  const notes: string[] = [];
  const { options, family, keyValueHeads } = languageModelFromConfig(config, {}, notes);
  return { ...options, family, keyValueHeads, notes };
};

describe('published configs of Falcon, BLOOM and StarCoder', () => {
  it('give their sizes, and what their layers have otherwise', () => {
    const expected: readonly [object, object][] = [
      [FALCON_7B, { family: 'falcon', heads: 71, keyValueHeads: 1, residual: 'parallel', inner: 18_176 }],
      [REFINED_WEB_7B, { family: 'falcon', heads: 71, keyValueHeads: 1, residual: 'parallel', layers: 32 }],
      [REFINED_WEB_40B, { keyValueHeads: 8, residual: 'parallel-own-norms', layers: 60, dim: 8192 }],
      [FALCON_RW_1B, { alibi: true, bias: true, keyValueHeads: 32, residual: 'in-turn' }],
      [FALCON2_11B, { keyValueHeads: 8, residual: 'parallel', rotaryBase: 500_042, tiedHead: false }],
      [BLOOM_560M, { family: 'bloom', dim: 1024, heads: 16, layers: 24, contextLength: 2048 }],
      [BLOOMZ_7B, { family: 'bloom', dim: 4096, heads: 32, layers: 30, tiedHead: true, notes: [] }],
      [STARCODER, { family: 'gpt-bigcode', keyValueHeads: 1, inner: 24_576, activation: 'gelu' }],
    ];
    for (const [config, wanted] of expected) {
      const found = read(config);
      assert.deepEqual({ ...found, ...wanted }, found);
    }
    assert.match(read(BLOOM_560M).notes.join(), /leaves out seq_length: its context is the 2048 tokens/);
    assert.equal(languageModelFromConfig({ ...BLOOM_560M, seq_length: 4096 }).contextLength, 4096);
  });

  it('are refused by name for what would change a number', () => {
    const refusals: readonly [object, RegExp][] = [
      [{ ...FALCON_7B, num_ln_in_parallel_attn: 2 }, /num_ln_in_parallel_attn is 2, but new_decoder/],
      [{ ...FALCON_7B, num_ln_in_parallel_attn: 3 }, /num_ln_in_parallel_attn is 3/],
      [{ ...FALCON_RW_1B, num_kv_heads: 4 }, /num_kv_heads is 4 of 32 heads, but/],
      [{ ...FALCON2_11B, ff_factor: 3 }, /ff_factor is 3, but ffn_hidden_size 16384/],
      [{ ...FALCON_7B, apply_residual_connection_post_layernorm: true }, /apply_residual_connection_post/],
      [{ ...REFINED_WEB_7B, architectures: ['LlamaForCausalLM'] }, /model_type is 'RefinedWebModel', but/],
      [{ ...REFINED_WEB_7B, n_head: 0 }, /num_attention_heads is 0/],
      [{ ...BLOOM_560M, n_head: 8 }, /n_head is 8, but num_attention_heads/],
      [{ ...BLOOM_560M, n_inner: 4096 }, /n_inner is 4096/],
      [{ ...BLOOM_560M, skip_bias_add_qkv: true }, /skip_bias_add_qkv is true/],
      [{ ...STARCODER, num_key_value_heads: 4 }, /multi_query by heads is 1, but num_key_value_heads/],
      [{ ...STARCODER, add_cross_attention: true }, /add_cross_attention is true/],
    ];
    for (const [config, pattern] of refusals)
      assert.throws(() => languageModelFromConfig(config), refusedConfig(pattern));
  });
});
