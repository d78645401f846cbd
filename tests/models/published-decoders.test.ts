import assert from 'node:assert/strict';
import { ModelError } from '../../dsl/index.ts';
import { languageModelFromConfig } from '../../models/configs/language-families.ts';

/*
 * The configs that are published with language models of LLaMA's kind. They restate the published values (names, sizes and
 * the leftovers beside them), written down as facts: nothing here is downloaded.
 */

/** What most of them say besides. */
const BESIDES = {
  attention_dropout: 0.0,
  hidden_act: 'silu',
  initializer_range: 0.02,
  torch_dtype: 'bfloat16',
  use_cache: true,
};

const MISTRAL_7B = {
  ...BESIDES,
  architectures: ['MistralForCausalLM'],
  bos_token_id: 1,
  eos_token_id: 2,
  hidden_size: 4096,
  intermediate_size: 14336,
  max_position_embeddings: 32768,
  model_type: 'mistral',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-5,
  rope_theta: 10000.0,
  sliding_window: 4096,
  tie_word_embeddings: false,
  transformers_version: '4.34.0.dev0',
  vocab_size: 32000,
};
const QWEN_25_05B = {
  ...BESIDES,
  architectures: ['Qwen2ForCausalLM'],
  bos_token_id: 151643,
  eos_token_id: 151643,
  hidden_size: 896,
  intermediate_size: 4864,
  max_position_embeddings: 32768,
  max_window_layers: 24,
  model_type: 'qwen2',
  num_attention_heads: 14,
  num_hidden_layers: 24,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000.0,
  sliding_window: 32768,
  tie_word_embeddings: true,
  transformers_version: '4.40.1',
  use_mrope: false,
  use_sliding_window: false,
  vocab_size: 151936,
};
const QWEN3_06B = {
  ...BESIDES,
  architectures: ['Qwen3ForCausalLM'],
  attention_bias: false,
  bos_token_id: 151643,
  eos_token_id: 151645,
  head_dim: 128,
  hidden_size: 1024,
  intermediate_size: 3072,
  max_position_embeddings: 40960,
  max_window_layers: 28,
  model_type: 'qwen3',
  num_attention_heads: 16,
  num_hidden_layers: 28,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-6,
  rope_scaling: null,
  rope_theta: 1000000,
  sliding_window: null,
  tie_word_embeddings: true,
  transformers_version: '4.51.0',
  use_sliding_window: false,
  vocab_size: 151936,
};
const GEMMA_2B = {
  ...BESIDES,
  architectures: ['GemmaForCausalLM'],
  attention_bias: false,
  bos_token_id: 2,
  eos_token_id: 1,
  head_dim: 256,
  hidden_act: 'gelu',
  hidden_activation: null,
  hidden_size: 2048,
  intermediate_size: 16384,
  max_position_embeddings: 8192,
  model_type: 'gemma',
  num_attention_heads: 8,
  num_hidden_layers: 18,
  num_key_value_heads: 1,
  pad_token_id: 0,
  rms_norm_eps: 1e-6,
  rope_scaling: null,
  rope_theta: 10000.0,
  transformers_version: '4.38.0.dev0',
  vocab_size: 256000,
};
const GEMMA2_2B = {
  ...{ ...GEMMA_2B, architectures: ['Gemma2ForCausalLM'], model_type: 'gemma2' },
  attn_logit_softcapping: 50.0,
  cache_implementation: 'hybrid',
  final_logit_softcapping: 30.0,
  hidden_act: 'gelu_pytorch_tanh',
  hidden_activation: 'gelu_pytorch_tanh',
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_key_value_heads: 4,
  query_pre_attn_scalar: 256,
  sliding_window: 4096,
  transformers_version: '4.42.4',
};
const { hidden_act, ...NO_ACT } = GEMMA2_2B;
const GEMMA3_1B = {
  ...NO_ACT,
  architectures: ['Gemma3ForCausalLM'],
  attn_logit_softcapping: null,
  eos_token_id: [1, 106],
  final_logit_softcapping: null,
  hidden_size: 1152,
  intermediate_size: 6912,
  max_position_embeddings: 32768,
  model_type: 'gemma3_text',
  num_attention_heads: 4,
  num_key_value_heads: 1,
  rope_local_base_freq: 10000,
  rope_theta: 1000000,
  sliding_window: 512,
  sliding_window_pattern: 6,
  transformers_version: '4.50.0.dev0',
  vocab_size: 262144,
};
const PHI4_MINI = {
  ...BESIDES,
  architectures: ['Phi3ForCausalLM'],
  attention_bias: false,
  auto_map: { AutoModelForCausalLM: 'modeling_phi3.Phi3ForCausalLM' },
  bos_token_id: 199999,
  embd_pdrop: 0.0,
  eos_token_id: 199999,
  full_attn_mod: 1,
  hidden_size: 3072,
  intermediate_size: 8192,
  interpolate_factor: 1,
  lm_head_bias: false,
  max_position_embeddings: 131072,
  mlp_bias: false,
  model_type: 'phi3',
  num_attention_heads: 24,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  original_max_position_embeddings: 4096,
  pad_token_id: 199999,
  partial_rotary_factor: 0.75,
  resid_pdrop: 0.0,
  rms_norm_eps: 1e-5,
  // The published factors are others; there are 48 of each.
  rope_scaling: {
    long_factor: Array.from({ length: 48 }, (_, pair) => 1 + pair),
    short_factor: Array.from({ length: 48 }, () => 1),
    type: 'longrope',
  },
  rope_theta: 10000.0,
  sliding_window: 262144,
  tie_word_embeddings: true,
  transformers_version: '4.45.0',
  vocab_size: 200064,
};

const read = (config: unknown) => {
  const notes: string[] = [];
  const { options, family } = languageModelFromConfig(config, {}, notes);
  return { ...options, family, notes };
};

describe("published configs of decoders of LLaMA's kind", () => {
  it('give their sizes, and what their layers have otherwise', () => {
    const expected: readonly [object, object][] = [
      [MISTRAL_7B, { family: 'mistral', dim: 4096, keyValueHeads: 8, window: 4096, tiedHead: false }],
      [{ ...MISTRAL_7B, sliding_window: null, rope_theta: 1e6 }, { rotaryBase: 1e6 }],
      [QWEN_25_05B, { family: 'qwen2', heads: 14, keyValueHeads: 2, tiedHead: true, rotaryBase: 1e6 }],
      [QWEN3_06B, { family: 'qwen3', headDim: 128, dim: 1024, attentionBias: false }],
      [GEMMA_2B, { family: 'gemma', headDim: 256, keyValueHeads: 1, tiedHead: true }],
      [GEMMA2_2B, { family: 'gemma2', scale: 1 / 16, scoreSoftcap: 50, logitSoftcap: 30, window: 4096 }],
      [GEMMA3_1B, { family: 'gemma3', fullLayers: [5, 11, 17, 23], window: 512, localRotaryBase: 10_000 }],
      [PHI4_MINI, { family: 'phi3', rotaryShare: 0.75, contextLength: 4096, window: 262_144 }],
    ];
    for (const [config, wanted] of expected) {
      const found = read(config);
      assert.deepEqual({ ...found, ...wanted }, found);
    }
    assert.equal(Object.hasOwn(read(QWEN_25_05B), 'window'), false);
    assert.equal(Object.hasOwn(read({ ...MISTRAL_7B, sliding_window: null }), 'window'), false);
  });

  it('say where the context ends sooner than they do, and why', () => {
    assert.match(read(PHI4_MINI).notes.join(), /the context ends at 4096 tokens, not at 131072\.$/);
    const dynamic = { ...QWEN_25_05B, rope_scaling: { type: 'dynamic', factor: 4 } };
    assert.match(read(dynamic).notes.join(), /dynamic scaling, which begins after .* \(32768\) tokens/);
  });

  it('are refused by name for what would change a number', () => {
    const refusals: readonly [object, RegExp][] = [
      [{ ...MISTRAL_7B, layer_types: ['sliding_attention'] }, /layer_types is not known/],
      [{ ...QWEN_25_05B, use_mrope: true }, /use_mrope is true/],
      [
        { ...QWEN_25_05B, use_sliding_window: true, layer_types: ['full_attention'] },
        /1 entries for 24 layers/,
      ],
      [
        { ...QWEN_25_05B, layer_types: Array.from({ length: 24 }, () => 'sliding_attention') },
        /has sliding_attention, but there is no sliding_window/,
      ],
      [{ ...QWEN3_06B, hidden_act: 'gelu' }, /hidden_act is "gelu"/],
      [{ ...GEMMA2_2B, hidden_activation: 'gelu' }, /hidden_activation is "gelu"/],
      [{ ...GEMMA3_1B, use_bidirectional_attention: true }, /use_bidirectional_attention is true/],
      [{ ...GEMMA3_1B, rope_parameters: { sliding_attention: { rope_theta: 5 } } }, /rope_local_base_freq/],
      [{ ...PHI4_MINI, rope_scaling: { ...PHI4_MINI.rope_scaling, short_mscale: 2 } }, /short_mscale/],
      [{ ...PHI4_MINI, mlp_bias: true }, /mlp_bias is true/],
    ];
    for (const [config, pattern] of refusals)
      assert.throws(
        () => languageModelFromConfig(config),
        (error) => {
          assert.ok(error instanceof ModelError, String(error));
          assert.match(error.sentence, pattern);
          return true;
        },
      );
  });
});
