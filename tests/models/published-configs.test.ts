import assert from 'node:assert/strict';
import { clipVitSizes } from '../../models/clip/clip-vit.ts';
import { clipVitFromConfig } from '../../models/clip/config.ts';
import { openClipFromConfig } from '../../models/clip/open-clip-config.ts';
import { languageModelFromConfig } from '../../models/configs/language-families.ts';
import { preprocessingFromConfig } from '../../models/configs/preprocessor.ts';
import { gpt2Sizes } from '../../models/gpt2/gpt2.ts';
import { ideficsFromConfig } from '../../models/idefics/config.ts';
import { refusedConfig } from './refused-config.ts';

/*
 * The configs that are published with the checkpoints that the README names. They restate the published values (names,
 * sizes and the leftovers beside them), written down as facts: nothing here is downloaded.
 */

/** All that a config of 2022 dumped of a part, whether it meant anything or not. */
const DUMPED = {
  _name_or_path: '',
  add_cross_attention: false,
  architectures: null,
  bad_words_ids: null,
  bos_token_id: null,
  chunk_size_feed_forward: 0,
  cross_attention_hidden_size: null,
  decoder_start_token_id: null,
  diversity_penalty: 0.0,
  do_sample: false,
  early_stopping: false,
  encoder_no_repeat_ngram_size: 0,
  eos_token_id: null,
  exponential_decay_length_penalty: null,
  finetuning_task: null,
  forced_bos_token_id: null,
  forced_eos_token_id: null,
  id2label: { 0: 'LABEL_0', 1: 'LABEL_1' },
  is_decoder: false,
  is_encoder_decoder: false,
  label2id: { LABEL_0: 0, LABEL_1: 1 },
  length_penalty: 1.0,
  max_length: 20,
  min_length: 0,
  no_repeat_ngram_size: 0,
  num_beam_groups: 1,
  num_beams: 1,
  num_return_sequences: 1,
  output_attentions: false,
  output_hidden_states: false,
  output_scores: false,
  pad_token_id: null,
  prefix: null,
  problem_type: null,
  pruned_heads: {},
  remove_invalid_values: false,
  repetition_penalty: 1.0,
  return_dict: true,
  return_dict_in_generate: false,
  sep_token_id: null,
  task_specific_params: null,
  temperature: 1.0,
  tf_legacy_loss: false,
  tie_encoder_decoder: false,
  tie_word_embeddings: true,
  tokenizer_class: null,
  top_k: 50,
  top_p: 1.0,
  torch_dtype: null,
  torchscript: false,
  transformers_version: '4.16.0.dev0',
  typical_p: 1.0,
  use_bfloat16: false,
};

const CLIP_L14_VISION = {
  ...DUMPED,
  attention_dropout: 0.0,
  dropout: 0.0,
  hidden_act: 'quick_gelu',
  hidden_size: 1024,
  image_size: 224,
  initializer_factor: 1.0,
  initializer_range: 0.02,
  intermediate_size: 4096,
  layer_norm_eps: 1e-5,
  model_type: 'clip_vision_model',
  num_attention_heads: 16,
  num_hidden_layers: 24,
  patch_size: 14,
  projection_dim: 768,
};
/** `openai/clip-vit-large-patch14`: every part twice. */
const CLIP_L14 = {
  _name_or_path: 'clip-vit-large-patch14/',
  architectures: ['CLIPModel'],
  initializer_factor: 1.0,
  logit_scale_init_value: 2.6592,
  model_type: 'clip',
  projection_dim: 768,
  text_config: { ...DUMPED, hidden_size: 768, model_type: 'clip_text_model' },
  text_config_dict: { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12 },
  torch_dtype: 'float32',
  transformers_version: null,
  vision_config: CLIP_L14_VISION,
  vision_config_dict: {
    hidden_size: 1024,
    intermediate_size: 4096,
    num_attention_heads: 16,
    num_hidden_layers: 24,
    patch_size: 14,
    projection_dim: 768,
  },
};
const CLIP_L14_PREPROCESSOR = {
  crop_size: 224,
  do_center_crop: true,
  do_normalize: true,
  do_resize: true,
  feature_extractor_type: 'CLIPFeatureExtractor',
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
  resample: 3,
  size: 224,
};

const OPT_1B = {
  _remove_final_layer_norm: false,
  activation_dropout: 0.0,
  activation_function: 'relu',
  architectures: ['OPTForCausalLM'],
  attention_dropout: 0.0,
  bos_token_id: 2,
  do_layer_norm_before: true,
  dropout: 0.1,
  eos_token_id: 2,
  ffn_dim: 8192,
  hidden_size: 2048,
  init_std: 0.02,
  layerdrop: 0.0,
  max_position_embeddings: 2048,
  model_type: 'opt',
  num_attention_heads: 32,
  num_hidden_layers: 24,
  pad_token_id: 1,
  prefix: '</s>',
  torch_dtype: 'float16',
  transformers_version: '4.21.0.dev0',
  use_cache: true,
  vocab_size: 50272,
  word_embed_proj_dim: 2048,
};
const PYTHIA_1B = {
  architectures: ['GPTNeoXForCausalLM'],
  bos_token_id: 0,
  eos_token_id: 0,
  hidden_act: 'gelu',
  hidden_size: 2048,
  initializer_range: 0.02,
  intermediate_size: 8192,
  layer_norm_eps: 1e-5,
  max_position_embeddings: 2048,
  model_type: 'gpt_neox',
  num_attention_heads: 16,
  num_hidden_layers: 24,
  rotary_emb_base: 10000,
  rotary_pct: 0.25,
  tie_word_embeddings: false,
  torch_dtype: 'float16',
  transformers_version: '4.24.0',
  use_cache: true,
  use_parallel_residual: true,
  vocab_size: 50304,
};
/** The first converted LLaMA: another tokenizer's ids, and the length under an older name. */
const LLAMA_7B = {
  architectures: ['LLaMAForCausalLM'],
  bos_token_id: 0,
  eos_token_id: 1,
  hidden_act: 'silu',
  hidden_size: 4096,
  initializer_range: 0.02,
  intermediate_size: 11008,
  max_sequence_length: 2048,
  model_type: 'llama',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  pad_token_id: -1,
  rms_norm_eps: 1e-6,
  torch_dtype: 'float16',
  transformers_version: '4.27.0.dev0',
  use_cache: true,
  vocab_size: 32000,
};
const SMOL_LM2_135M = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  attention_dropout: 0.0,
  bos_token_id: 1,
  eos_token_id: 2,
  hidden_act: 'silu',
  hidden_size: 576,
  initializer_range: 0.041666666666666664,
  intermediate_size: 1536,
  is_llama_config: true,
  max_position_embeddings: 8192,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: 9,
  num_hidden_layers: 30,
  num_key_value_heads: 3,
  pad_token_id: 2,
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_interleaved: false,
  rope_scaling: null,
  rope_theta: 100000,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  'transformers.js_config': { kv_cache_dtype: { q4f16: 'float16', fp16: 'float16' } },
  transformers_version: '4.42.3',
  use_cache: true,
  vocab_size: 49152,
};
const GPT2 = {
  activation_function: 'gelu_new',
  architectures: ['GPT2LMHeadModel'],
  attn_pdrop: 0.1,
  bos_token_id: 50256,
  embd_pdrop: 0.1,
  eos_token_id: 50256,
  initializer_range: 0.02,
  layer_norm_epsilon: 1e-5,
  model_type: 'gpt2',
  n_ctx: 1024,
  n_embd: 768,
  n_head: 12,
  n_layer: 12,
  n_positions: 1024,
  resid_pdrop: 0.1,
  summary_activation: null,
  summary_first_dropout: 0.1,
  summary_proj_to_labels: true,
  summary_type: 'cls_index',
  summary_use_proj: true,
  task_specific_params: { 'text-generation': { do_sample: true, max_length: 50 } },
  vocab_size: 50257,
};
const MPT_STORY_WRITER = {
  architectures: ['MPTForCausalLM'],
  attn_config: {
    alibi: true,
    alibi_bias_max: 16,
    attn_impl: 'torch',
    attn_pdrop: 0,
    attn_type: 'multihead_attention',
    attn_uses_sequence_id: false,
    clip_qkv: 6,
    prefix_lm: false,
    qk_ln: false,
    softmax_scale: null,
  },
  auto_map: {
    AutoConfig: 'configuration_mpt.MPTConfig',
    AutoModelForCausalLM: 'modeling_mpt.MPTForCausalLM',
  },
  d_model: 4096,
  emb_pdrop: 0,
  embedding_fraction: 1.0,
  expansion_ratio: 4,
  init_config: {
    emb_init_std: null,
    emb_init_uniform_lim: null,
    fan_mode: 'fan_in',
    init_div_is_residual: true,
    init_gain: 0,
    init_nonlinearity: 'relu',
    init_std: 0.02,
    name: 'kaiming_normal_',
    verbose: 0,
  },
  init_device: 'cpu',
  learned_pos_emb: true,
  logit_scale: null,
  max_seq_len: 65536,
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
const idefics = (size: {
  hidden_size: number;
  intermediate_size: number;
  num_attention_heads: number;
  num_hidden_layers: number;
  cross_layer_interval: number;
}) => ({
  ...size,
  additional_vocab_size: 2,
  alpha_initializer: 'zeros',
  alpha_type: 'vector',
  alphas_initializer_range: 0.0,
  architectures: ['IdeficsForVisionText2Text'],
  bos_token_id: 1,
  cross_layer_activation_function: 'swiglu',
  dropout: 0.0,
  eos_token_id: 2,
  ffn_dim: size.intermediate_size,
  freeze_lm_head: false,
  freeze_text_layers: false,
  freeze_text_module_exceptions: [],
  freeze_vision_layers: false,
  freeze_vision_module_exceptions: [],
  hidden_act: 'silu',
  initializer_range: 0.02,
  max_new_tokens: 100,
  max_position_embeddings: 2048,
  max_sequence_length: 2048,
  model_type: 'idefics',
  pad_token_id: 0,
  perceiver_config: {
    ...DUMPED,
    model_type: 'idefics',
    qk_layer_norms_perceiver: true,
    resampler_depth: 6,
    resampler_head_dim: 96,
    resampler_n_heads: 16,
    resampler_n_latents: 64,
    use_resampler: true,
  },
  qk_layer_norms: true,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  transformers_version: '4.33.0.dev0',
  use_cache: true,
  use_resampler: true,
  vision_config: {
    ...DUMPED,
    attention_dropout: 0.0,
    embed_dim: 1280,
    hidden_act: 'gelu',
    image_size: 224,
    initializer_factor: 1.0,
    initializer_range: 0.02,
    intermediate_size: 5120,
    layer_norm_eps: 1e-5,
    model_type: 'idefics',
    num_attention_heads: 16,
    num_channels: 3,
    num_hidden_layers: 32,
    patch_size: 14,
    vision_model_name: 'laion/CLIP-ViT-H-14-laion2B-s32B-b79K',
  },
  vocab_size: 32000,
  word_embed_proj_dim: size.hidden_size,
});

const refused = (read: () => unknown, pattern: RegExp) => assert.throws(read, refusedConfig(pattern));

describe('published configs', () => {
  it('of CLIP ViT-L/14 give its size and preprocessing', () => {
    const size = { ...clipVitSizes['l/14'], inner: 4096, activation: 'quick-gelu' };
    for (const config of [CLIP_L14, CLIP_L14_VISION, { ...CLIP_L14, vision_config_dict: null }]) {
      assert.deepEqual(clipVitFromConfig(config), size);
    }
    assert.equal(preprocessingFromConfig(CLIP_L14_PREPROCESSOR, 224).resize, 'shortest-edge');
    refused(
      () => clipVitFromConfig({ ...CLIP_L14, vision_config: { ...CLIP_L14_VISION, patch_size: 16 } }),
      /contradicts itself: vision_config_dict is .*"patch":14.* but vision_config,/,
    );
    refused(
      () => clipVitFromConfig({ ...CLIP_L14_VISION, pruned_heads: { 0: [1] } }),
      /pruned_heads is \{"0":\[1\]\} \(only the original's default, \{\}, is done\)/,
    );
  });

  it("of open_clip's give the size and preprocessing, whatever of a default they spell out", () => {
    // `laion/CLIP-ViT-H-14-laion2B-s32B-b79K`, and what newer releases write beside.
    const model_cfg = {
      embed_dim: 1024,
      vision_cfg: { image_size: 224, layers: 32, width: 1280, head_width: 80, patch_size: 14 },
      text_cfg: { context_length: 77, vocab_size: 49408, width: 1024, heads: 16, layers: 24 },
    };
    const preprocess_cfg = { mean: [0.5, 0.25, 0.5], std: [0.5, 0.5, 0.25] };
    const newer = {
      ...preprocess_cfg,
      size: [224, 224],
      mode: 'RGB',
      interpolation: 'bicubic',
      fill_color: 0,
    };
    const spelt = { ...model_cfg.vision_cfg, pool_type: 'tok', ls_init_value: null, timm_model_name: null };
    for (const config of [
      { model_cfg, preprocess_cfg },
      { model_cfg: { ...model_cfg, vision_cfg: spelt, custom_text: true }, preprocess_cfg: newer },
    ]) {
      const { options, preprocessing } = openClipFromConfig(config);
      assert.deepEqual(options, { ...clipVitSizes['h/14'], inner: 5120 });
      assert.deepEqual(preprocessing?.mean, [0.5, 0.25, 0.5]);
    }
    const changed = (vision: object, preprocess: object = {}) => ({
      model_cfg: { ...model_cfg, vision_cfg: { ...model_cfg.vision_cfg, ...vision } },
      preprocess_cfg: { ...preprocess_cfg, ...preprocess },
    });
    const refusals: readonly [object, RegExp][] = [
      [changed({ pool_type: 'avg' }), /open_clip_config\.json asks for .*pool_type is "avg"/],
      [changed({ no_ln_pre: true }), /no_ln_pre is true/],
      [
        changed({ timm_model_name: 'convnext_base', timm_pool: '' }),
        /the vision encoder timm's "convnext_base", but/,
      ],
      [
        changed({ layers: [3, 4, 6, 3], patch_size: null }),
        /the vision encoder CLIP's ResNet, with layers in/,
      ],
      [changed({ layers: 'many' }), /layers is "many" \(expected number, received string\)/],
      [changed({ layers: 1e6 }), /layers is 1000000 \(at most 512/],
      [changed({}, { resize_mode: 'squash' }), /resize_mode is "squash"/],
      [changed({}, { size: 336 }), /pictures of 336 pixels, but vision_cfg takes 224/],
      [{}, /model is undefined, not an object|json is undefined, not an object/],
    ];
    for (const [config, pattern] of refusals) refused(() => openClipFromConfig(config), pattern);
  });

  it('of language models give their sizes, without a note', () => {
    const sizes = (config: unknown) => {
      const notes: string[] = [];
      const { family, dim, layers, heads, keyValueHeads, headDim, vocabulary, contextLength } =
        languageModelFromConfig(config, {}, notes);
      return { family, dim, layers, heads, keyValueHeads, headDim, vocabulary, contextLength, notes };
    };
    const common = { notes: [] };
    assert.deepEqual(sizes(OPT_1B), {
      ...{ ...common, family: 'opt', dim: 2048, layers: 24, heads: 32, keyValueHeads: 32, headDim: 64 },
      ...{ vocabulary: 50_272, contextLength: 2048 },
    });
    assert.deepEqual(sizes(PYTHIA_1B), {
      ...{ ...common, family: 'gpt-neox', dim: 2048, layers: 24, heads: 16, keyValueHeads: 16, headDim: 128 },
      ...{ vocabulary: 50_304, contextLength: 2048 },
    });
    assert.deepEqual(sizes(SMOL_LM2_135M), {
      ...{ ...common, family: 'llama', dim: 576, layers: 30, heads: 9, keyValueHeads: 3, headDim: 64 },
      ...{ vocabulary: 49_152, contextLength: 8192 },
    });
    assert.deepEqual(sizes(MPT_STORY_WRITER), {
      ...{ ...common, family: 'mpt', dim: 4096, layers: 32, heads: 32, keyValueHeads: 32, headDim: 128 },
      ...{ vocabulary: 50_432, contextLength: 65_536 },
    });
    const { layers, dim, heads, vocabulary, contextLength } = sizes(GPT2);
    assert.deepEqual({ dim, layers, heads, vocabulary, contextLength }, gpt2Sizes.small);
    const llama = sizes(LLAMA_7B);
    assert.deepEqual([llama.dim, llama.layers, llama.contextLength], [4096, 32, 2048]);
    assert.match(llama.notes.join(), /leaves out sizes; .*max_position_embeddings 2048\.$/);
  });

  it('have fields that no original looks at', () => {
    // OPT-66B, Galactica, and the larger GPT-2.
    for (const extra of [{ output_projection: true }, { learned_embeddings: true, scale_embeddings: false }])
      assert.deepEqual(
        languageModelFromConfig({ ...OPT_1B, ...extra }).options,
        languageModelFromConfig(OPT_1B).options,
      );
    const { options } = languageModelFromConfig({ ...GPT2, output_past: true });
    assert.deepEqual(options, languageModelFromConfig(GPT2).options);
  });

  it('of an MPT that llm-foundry wrote are read as llm-foundry does', () => {
    const { options } = languageModelFromConfig(MPT_STORY_WRITER);
    assert.deepEqual([options.alibiBiasMax, options.clip, options.logitScale], [16, 6, undefined]);
    const scaled = languageModelFromConfig({ ...MPT_STORY_WRITER, logit_scale: 'inv_sqrt_d_model' });
    assert.equal(scaled.options.logitScale, 1 / 64);
    const { alibi, ...attention } = MPT_STORY_WRITER.attn_config;
    assert.equal(alibi, true);
    refused(
      () => languageModelFromConfig({ ...MPT_STORY_WRITER, attn_config: attention }),
      /alibi is missing/,
    );
    refused(
      () =>
        languageModelFromConfig({
          ...MPT_STORY_WRITER,
          attn_config: { ...MPT_STORY_WRITER.attn_config, rope: true },
        }),
      /rope is true \(only the original's default, false, is done\)/,
    );
  });

  it('of Idefics give its sizes', () => {
    const small = ideficsFromConfig(
      idefics({
        ...{ hidden_size: 4096, intermediate_size: 11008, num_attention_heads: 32 },
        ...{ num_hidden_layers: 32, cross_layer_interval: 4 },
      }),
    );
    const { activation, ...sizes } = clipVitSizes['h/14'];
    assert.deepEqual(small.vision, { ...sizes, inner: 5120, activation });
    assert.deepEqual(small.resampler, { depth: 6, heads: 16, headDim: 96, latents: 64, queryKeyNorm: true });
    assert.deepEqual(small.crossAttention, { every: 4, gate: 'channel', queryKeyNorm: true });
    const large = ideficsFromConfig(
      idefics({
        ...{ hidden_size: 8192, intermediate_size: 22016, num_attention_heads: 64 },
        ...{ num_hidden_layers: 80, cross_layer_interval: 8 },
      }),
    );
    assert.deepEqual([large.language.layers, large.crossAttention.every], [80, 8]);
  });

  it('are refused where two fields of the same meaning differ, or belong to another model', () => {
    const contradictions: readonly [object, RegExp][] = [
      [
        { ...PYTHIA_1B, partial_rotary_factor: 0.5 },
        /rotary_pct is 0\.25, but partial_rotary_factor, .* is 0\.5/,
      ],
      [{ ...PYTHIA_1B, rope_theta: 500 }, /rotary_emb_base is 10000, but rope_theta/],
      [
        { ...PYTHIA_1B, rope_parameters: { rope_theta: 7, rope_type: 'default' } },
        /rope_parameters\.rope_theta is 7/,
      ],
      [
        { ...SMOL_LM2_135M, rope_parameters: { rope_theta: 7 } },
        /rope_parameters\.rope_theta is 7, but rope_theta/,
      ],
      [
        { ...SMOL_LM2_135M, rope_scaling: { type: 'linear', rope_type: 'llama3', factor: 2 } },
        /type and rope_type/,
      ],
      [{ ...SMOL_LM2_135M, rope_interleaved: true }, /rope_interleaved is true/],
      [{ ...SMOL_LM2_135M, partial_rotary_factor: 0.5 }, /partial_rotary_factor is 0\.5/],
      [
        { ...SMOL_LM2_135M, quantization_config: { bits: 4 } },
        /quantization_config is not known.*\{"bits":4\}/,
      ],
      [
        { ...SMOL_LM2_135M, architectures: ['BloomForCausalLM'] },
        /model_type is 'llama', but its weights are of 'Bloom/,
      ],
      [{ ...GPT2, tie_word_embeddings: null }, /tie_word_embeddings is null/],
      [{ ...OPT_1B, num_hidden_layers: 1_000_000 }, /num_hidden_layers is 1000000 \(at most 512 is taken\)/],
      [{ ...OPT_1B, hidden_size: 1e15 }, /hidden_size is 1000000000000000 \(at most/],
      [{ ...PYTHIA_1B, vocab_size: 2 ** 40 }, /vocab_size is/],
      [{ ...GPT2, n_positions: 1e300 }, /n_positions is/],
    ];
    for (const [config, pattern] of contradictions) {
      refused(() => languageModelFromConfig(config), pattern);
    }
    refused(
      () => clipVitFromConfig({ ...SMOL_LM2_135M }),
      /of model_type "llama"; known are clip, clip_vision_model/,
    );
    refused(() => clipVitFromConfig({ ...CLIP_L14_VISION, image_size: 1e6 }), /image_size is 1000000/);
  });

  it('of preprocessing are refused with what they say, where no picture could be made of it', () => {
    for (const [change, pattern] of [
      [{ image_std: [0.5, 0, 0.5] }, /image_std is \[0\.5,0,0\.5\]|image_std\.1 is 0 \(/],
      [{ size: { shortest_edge: 1e9 } }, /size/],
      [{ resample: 1 }, /resample is 1 \(only 0, 2 and 3 are done/],
      [{ do_normalize: false }, /do_normalize is false/],
    ] as const)
      refused(() => preprocessingFromConfig({ ...CLIP_L14_PREPROCESSOR, ...change }, 224), pattern);
  });

  it('are refused in one short sentence, however much they say', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`field_${index}`, index]));
    refused(() => languageModelFromConfig({ ...GPT2, ...many }), /field_0 is not known.*and 49988 more/);
    const deep = Array.from({ length: 5000 }).reduce<unknown>((inner) => [inner], 1);
    refused(
      () => languageModelFromConfig({ ...GPT2, deep }),
      /deep is not known to this project \(it is \[{8}"…"\]{8}\)/,
    );
    refused(() => languageModelFromConfig({ ...GPT2, long: 'x'.repeat(1e6) }), /long is not known/);
  });
});
