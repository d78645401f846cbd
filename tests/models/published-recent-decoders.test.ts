import assert from 'node:assert/strict';
import { languageModelFromConfig } from '../../models/configs/language-families.ts';
import { refusedConfig } from './refused-config.ts';

/*
 * The published configs of the newer of LLaMA's relatives: names, sizes and the leftovers beside them, written down as facts.
 */

const BESIDES = {
  attention_dropout: 0.0,
  hidden_act: 'silu',
  initializer_range: 0.02,
  torch_dtype: 'bfloat16',
  use_cache: true,
};
const layerTypes = (layers: number, every: number) =>
  Array.from({ length: layers }, (_, layer) =>
    (layer + 1) % every === 0 ? 'full_attention' : 'sliding_attention',
  );

const GLM4_0414_9B = {
  ...BESIDES,
  architectures: ['Glm4ForCausalLM'],
  attention_bias: false,
  eos_token_id: [151329, 151336, 151338],
  head_dim: 128,
  hidden_size: 4096,
  intermediate_size: 13696,
  max_position_embeddings: 32768,
  model_type: 'glm4',
  num_attention_heads: 32,
  num_hidden_layers: 40,
  num_key_value_heads: 2,
  pad_token_id: 151329,
  partial_rotary_factor: 0.5,
  rms_norm_eps: 1e-5,
  rope_theta: 10000.0,
  tie_word_embeddings: false,
  transformers_version: '4.52.0.dev0',
  vocab_size: 151552,
};
const OLMO3_7B = {
  ...BESIDES,
  architectures: ['Olmo3ForCausalLM'],
  attention_bias: false,
  eos_token_id: 100257,
  hidden_size: 4096,
  intermediate_size: 11008,
  layer_types: layerTypes(32, 4),
  max_position_embeddings: 65536,
  model_type: 'olmo3',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 32,
  pad_token_id: 100277,
  rms_norm_eps: 1e-6,
  rope_scaling: {
    attention_factor: 1.2079441541679836,
    beta_fast: 32.0,
    beta_slow: 1.0,
    factor: 8.0,
    original_max_position_embeddings: 8192,
    rope_type: 'yarn',
  },
  rope_theta: 500000,
  sliding_window: 4096,
  tie_word_embeddings: false,
  transformers_version: '4.57.0',
  vocab_size: 100278,
};
const EXAONE4_32B = {
  ...BESIDES,
  architectures: ['Exaone4ForCausalLM'],
  bos_token_id: 1,
  eos_token_id: 361,
  head_dim: 128,
  hidden_size: 5120,
  intermediate_size: 27392,
  layer_types: layerTypes(64, 4),
  max_position_embeddings: 131072,
  model_type: 'exaone4',
  num_attention_heads: 40,
  num_hidden_layers: 64,
  num_key_value_heads: 8,
  pad_token_id: 0,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    factor: 16.0,
    high_freq_factor: 4.0,
    low_freq_factor: 1.0,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
  rope_theta: 1000000,
  sliding_window: 4096,
  sliding_window_pattern: 'LLLG',
  tie_word_embeddings: false,
  transformers_version: '4.54.0.dev0',
  vocab_size: 102400,
};
const EXAONE4_1B = {
  ...EXAONE4_32B,
  head_dim: 64,
  hidden_size: 2048,
  intermediate_size: 4096,
  layer_types: Array.from({ length: 30 }, () => 'full_attention'),
  max_position_embeddings: 65536,
  num_attention_heads: 32,
  num_hidden_layers: 30,
  sliding_window: null,
  sliding_window_pattern: null,
  tie_word_embeddings: true,
};
const SEED_OSS_36B = {
  ...BESIDES,
  architectures: ['SeedOssForCausalLM'],
  attention_bias: true,
  attention_dropout: 0.1,
  attention_out_bias: false,
  bos_token_id: 0,
  eos_token_id: 2,
  head_dim: 128,
  hidden_size: 5120,
  intermediate_size: 27648,
  max_position_embeddings: 524288,
  mlp_bias: false,
  model_type: 'seed_oss',
  num_attention_heads: 80,
  num_hidden_layers: 64,
  num_key_value_heads: 8,
  pad_token_id: 1,
  residual_dropout: 0.1,
  rms_norm_eps: 1e-6,
  rope_scaling: { rope_type: 'default' },
  rope_theta: 10000000.0,
  tie_word_embeddings: false,
  transformers_version: '4.55.0',
  vocab_size: 155136,
};
const AFM_4_5B = {
  ...BESIDES,
  architectures: ['ArceeForCausalLM'],
  attention_bias: false,
  bos_token_id: 128000,
  eos_token_id: 128001,
  head_dim: 128,
  hidden_act: 'relu2',
  hidden_size: 2560,
  intermediate_size: 18432,
  max_position_embeddings: 65536,
  mlp_bias: false,
  model_type: 'arcee',
  num_attention_heads: 20,
  num_hidden_layers: 36,
  num_key_value_heads: 4,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    beta_fast: 32.0,
    beta_slow: 1.0,
    factor: 20.0,
    mscale: 1.0,
    original_max_position_embeddings: 4096,
    rope_type: 'yarn',
    type: 'yarn',
  },
  rope_theta: 10000.0,
  tie_word_embeddings: false,
  transformers_version: '4.53.0',
  vocab_size: 128004,
};
const MINITRON_4B = {
  ...BESIDES,
  architectures: ['NemotronForCausalLM'],
  attention_bias: false,
  bos_token_id: 2,
  eos_token_id: 3,
  head_dim: 128,
  hidden_act: 'relu2',
  hidden_size: 3072,
  intermediate_size: 9216,
  max_position_embeddings: 4096,
  mlp_bias: false,
  model_type: 'nemotron',
  norm_eps: 1e-5,
  num_attention_heads: 24,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  partial_rotary_factor: 0.5,
  rope_theta: 10000,
  tie_word_embeddings: false,
  transformers_version: '4.32.0.dev0',
  vocab_size: 256000,
};
const HELIUM_2B = {
  ...BESIDES,
  architectures: ['HeliumForCausalLM'],
  attention_bias: false,
  head_dim: 128,
  hidden_size: 2560,
  intermediate_size: 7040,
  max_position_embeddings: 4096,
  mlp_bias: false,
  model_type: 'helium',
  num_attention_heads: 20,
  num_hidden_layers: 24,
  num_key_value_heads: 20,
  rms_norm_eps: 1e-8,
  rope_theta: 100000.0,
  tie_word_embeddings: false,
  transformers_version: '4.48.0.dev0',
  vocab_size: 48000,
};
const ERNIE45_03B = {
  ...BESIDES,
  attention_dropout: undefined,
  architectures: ['Ernie4_5ForCausalLM'],
  bos_token_id: 1,
  eos_token_id: 2,
  head_dim: 128,
  hidden_size: 1024,
  intermediate_size: 3072,
  max_position_embeddings: 131072,
  model_type: 'ernie4_5',
  num_attention_heads: 16,
  num_hidden_layers: 18,
  num_key_value_heads: 2,
  pad_token_id: 0,
  rms_norm_eps: 1e-5,
  rope_theta: 500000,
  tie_word_embeddings: true,
  use_bias: false,
  vocab_size: 103424,
};
const HUNYUAN_7B = {
  ...BESIDES,
  add_classification_head: false,
  architectures: ['HunYuanDenseV1ForCausalLM'],
  attention_bias: false,
  attention_dropout: 0.1,
  attention_head_dim: 128,
  bos_token_id: 1,
  cla_share_factor: 2,
  class_num: 0,
  dense_list: [4096, 0],
  eod_token_id: 127967,
  eos_token_id: 127960,
  head_dim: 128,
  hidden_size: 4096,
  im_end_id: 5,
  im_newline_id: 11,
  im_start_id: 4,
  intermediate_size: 14336,
  mask_init_id: 12,
  max_position_embeddings: 32768,
  mlp_bias: false,
  model_type: 'hunyuan_v1_dense',
  norm_type: 'rms',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  org_vocab_size: 128167,
  pad_id: 127961,
  pad_token_id: 127961,
  pool_type: 'last',
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    alpha: 1000.0,
    beta_fast: 32,
    beta_slow: 1,
    factor: 1.0,
    mscale: 1.0,
    mscale_all_dim: 1.0,
    type: 'dynamic',
  },
  rope_theta: 10000.0,
  text_end_id: 7,
  text_start_id: 6,
  tie_word_embeddings: true,
  transformers_version: '4.41.2',
  use_cla: false,
  use_qk_norm: true,
  vocab_size: 128167,
};

const GEMMA3_4B = {
  architectures: ['Gemma3ForConditionalGeneration'],
  boi_token_index: 255999,
  eoi_token_index: 256000,
  eos_token_id: [1, 106],
  image_token_index: 262144,
  initializer_range: 0.02,
  mm_tokens_per_image: 256,
  model_type: 'gemma3',
  text_config: {
    hidden_size: 2560,
    intermediate_size: 10240,
    model_type: 'gemma3_text',
    num_hidden_layers: 34,
    rope_scaling: { factor: 8.0, rope_type: 'linear' },
    sliding_window: 1024,
  },
  torch_dtype: 'bfloat16',
  transformers_version: '4.50.0.dev0',
  vision_config: { hidden_size: 1152, image_size: 896, model_type: 'siglip_vision_model' },
};

const read = (config: unknown) => {
  const notes: string[] = [];
  const { options, family } = languageModelFromConfig(JSON.parse(JSON.stringify(config)), {}, notes);
  return { ...options, family, notes };
};

describe("published configs of the newer of LLaMA's relatives", () => {
  it('give their sizes, and what their layers have otherwise', () => {
    const fullOf64 = Array.from({ length: 16 }, (_, index) => 4 * index + 3);
    const expected: readonly [object, object][] = [
      [GLM4_0414_9B, { family: 'glm4', rotaryShare: 0.5, epsilon: 1e-5, attentionBias: false }],
      [
        OLMO3_7B,
        {
          ...{ family: 'olmo3', window: 4096, fullLayers: [3, 7, 11, 15, 19, 23, 27, 31] },
          ...{ rotaryBase: 500_000, localRotaryBase: 500_000, contextLength: 65_536 },
        },
      ],
      [EXAONE4_32B, { family: 'exaone4', window: 4096, fullLayers: fullOf64, unrotatedLayers: fullOf64 }],
      [EXAONE4_1B, { unrotatedLayers: [], tiedHead: true, headDim: 64 }],
      [SEED_OSS_36B, { family: 'seed-oss', dim: 5120, headDim: 128, attentionBias: true, rotaryBase: 1e7 }],
      [AFM_4_5B, { family: 'arcee', keyValueHeads: 4 }],
      [MINITRON_4B, { family: 'nemotron', rotaryShare: 0.5, headDim: 128, epsilon: 1e-5 }],
      [HELIUM_2B, { family: 'helium', rotaryBase: 100_000, epsilon: 1e-8 }],
      [ERNIE45_03B, { family: 'ernie45', headDim: 128, tiedHead: true, rotaryBase: 500_000, bias: false }],
      [HUNYUAN_7B, { family: 'hunyuan-dense', rotaryBase: 10_000 * 1000 ** (128 / 126), tiedHead: true }],
    ];
    for (const [config, wanted] of expected) {
      const found = read(config);
      assert.deepEqual({ ...found, ...wanted }, found);
      assert.deepEqual(found.notes, []);
    }
    const { notes, ...gemma } = read(GEMMA3_4B);
    const wanted = { family: 'gemma3', dim: 2560, heads: 8, keyValueHeads: 4, headDim: 256, window: 1024 };
    assert.deepEqual({ ...gemma, ...wanted, vocabulary: 262_208, rotaryBase: 1e6, tiedHead: true }, gemma);
    assert.match(
      notes.join(),
      /leaves out sizes; the original's defaults are taken: .*num_attention_heads 8/,
    );
    assert.equal(Object.hasOwn(read(EXAONE4_1B), 'window'), false);
  });

  it('are refused by name for what would change a number', () => {
    const refusals: readonly [object, RegExp][] = [
      [{ ...GLM4_0414_9B, hidden_act: 'gelu' }, /hidden_act is "gelu"/],
      [{ ...OLMO3_7B, use_cache_window: 3 }, /use_cache_window is not known/],
      [
        { ...OLMO3_7B, rope_scaling: null, rope_parameters: { sliding_attention: { rope_type: 'yarn' } } },
        /rope_parameters\.sliding_attention/,
      ],
      [{ ...EXAONE4_32B, layer_types: null }, /neither layer_types nor a sliding_window_pattern .*"LLLG"/],
      [{ ...SEED_OSS_36B, rope_scaling: { rope_type: 'default', alpha: 2 } }, /rope_scaling .*alpha/],
      [{ ...AFM_4_5B, hidden_act: 'xielu' }, /hidden_act is "xielu"/],
      [{ ...MINITRON_4B, partial_rotary_factor: 1.5 }, /partial_rotary_factor is 1.5/],
      [{ ...HELIUM_2B, head_dim: 64 }, /hidden_size is 2560, but num_attention_heads \* head_dim/],
      [{ ...ERNIE45_03B, moe_num_experts: 64 }, /moe_num_experts is not known/],
      [{ ...GEMMA3_4B, tie_word_embeddings: false }, /tie_word_embeddings false, but its text_config true/],
      [{ ...GEMMA3_4B, text_config: 3 }, /config of this Gemma 3 model is 3/],
      [{ ...HUNYUAN_7B, use_cla: true }, /use_cla is true/],
      [
        { ...HUNYUAN_7B, rope_scaling: { ...HUNYUAN_7B.rope_scaling, alpha: 'large' } },
        /rope_scaling .*alpha/,
      ],
    ];
    for (const [config, pattern] of refusals) assert.throws(() => read(config), refusedConfig(pattern));
  });
});
