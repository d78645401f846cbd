import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { arceeFromConfig } from '../../models/arcee/config.ts';
import { bloomFromConfig } from '../../models/bloom/config.ts';
import { clipVitFromConfig } from '../../models/clip/config.ts';
import { cohereFromConfig } from '../../models/cohere/config.ts';
import { cohere2FromConfig } from '../../models/cohere2/config.ts';
import { languageModelFromConfig } from '../../models/configs/language-families.ts';
import { preprocessingFromConfig } from '../../models/configs/preprocessor.ts';
import { dinov2FromConfig } from '../../models/dinov2/config.ts';
import { ernie45FromConfig } from '../../models/ernie45/config.ts';
import { exaone4FromConfig } from '../../models/exaone4/config.ts';
import { falconFromConfig } from '../../models/falcon/config.ts';
import { gemmaFromConfig } from '../../models/gemma/config.ts';
import { gemma2FromConfig } from '../../models/gemma2/config.ts';
import { gemma3FromConfig, gemma3TextFromConfig } from '../../models/gemma3/config.ts';
import { glmFromConfig } from '../../models/glm/config.ts';
import { glm4FromConfig } from '../../models/glm4/config.ts';
import { gptBigcodeFromConfig } from '../../models/gpt-bigcode/config.ts';
import { gptNeoxFromConfig } from '../../models/gpt-neox/config.ts';
import { gpt2FromConfig } from '../../models/gpt2/config.ts';
import { gptjFromConfig } from '../../models/gptj/config.ts';
import { graniteFromConfig } from '../../models/granite/config.ts';
import { heliumFromConfig } from '../../models/helium/config.ts';
import { hunyuanDenseFromConfig } from '../../models/hunyuan-dense/config.ts';
import { ideficsFromConfig } from '../../models/idefics/config.ts';
import { idefics3FromConfig } from '../../models/idefics3/config.ts';
import { idefics3Pictures } from '../../models/idefics3/preprocessor.ts';
import { llamaFromConfig } from '../../models/llama/config.ts';
import { llavaFromConfig } from '../../models/llava/config.ts';
import { ministralFromConfig } from '../../models/ministral/config.ts';
import { mistralFromConfig } from '../../models/mistral/config.ts';
import { mptFromConfig } from '../../models/mpt/config.ts';
import { nemotronFromConfig } from '../../models/nemotron/config.ts';
import { olmoFromConfig } from '../../models/olmo/config.ts';
import { olmo2FromConfig } from '../../models/olmo2/config.ts';
import { olmo3FromConfig } from '../../models/olmo3/config.ts';
import { optFromConfig } from '../../models/opt/config.ts';
import { phiFromConfig } from '../../models/phi/config.ts';
import { phi3FromConfig } from '../../models/phi3/config.ts';
import { qwen2FromConfig } from '../../models/qwen2/config.ts';
import { qwen3FromConfig } from '../../models/qwen3/config.ts';
import { seedOssFromConfig } from '../../models/seed-oss/config.ts';
import { CLIP_DEVIATION, CLIP_MEAN } from '../../models/shared/clip-pixels.ts';
import { siglipFromConfig } from '../../models/siglip/config.ts';
import { smollm3FromConfig } from '../../models/smollm3/config.ts';
import { stablelmFromConfig } from '../../models/stablelm/config.ts';
import { starcoder2FromConfig } from '../../models/starcoder2/config.ts';
import { vitFromConfig } from '../../models/vit/config.ts';
import { refusedConfig } from './refused-config.ts';

/** What `references/configs.py` has releases of transformers save, and what each understands its own file to mean. */
const FOLDER = 'tests/references/configs';

interface Saved {
  readonly file: Readonly<Record<string, unknown>>;
  readonly resolved?: Readonly<Record<string, unknown>>;
}
interface Cases {
  readonly read: Readonly<Record<string, Saved>>;
  readonly refused: Readonly<Record<string, unknown>>;
}
type Facts = Readonly<Record<string, unknown>>;

const ACTIVATIONS: Readonly<Record<string, string>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  quick_gelu: 'quick-gelu',
  relu: 'relu',
};
const activation = (name: unknown): unknown => ACTIVATIONS[String(name)];
const fieldsOf = (value: unknown): Facts =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const ropeOf = (facts: Facts): Facts => ({
  ...fieldsOf(facts.rope_scaling),
  ...fieldsOf(facts.rope_parameters),
});

/** What the configs of LLaMA and the families after it have in common. */
function rotaryDecoder(facts: Facts): Facts {
  const rope = ropeOf(facts);
  const kind = rope.rope_type ?? rope.type ?? 'default';
  const scaling = {
    linear: { kind, factor: rope.factor },
    llama3: {
      ...{ kind, factor: rope.factor, lowFrequencyFactor: rope.low_freq_factor },
      highFrequencyFactor: rope.high_freq_factor,
      originalContext: rope.original_max_position_embeddings,
    },
    yarn: {
      ...{ kind, factor: rope.factor, magnitude: 0.1 * Math.log(Number(rope.factor)) + 1 },
      originalContext: rope.original_max_position_embeddings,
    },
  }[String(kind)];
  return {
    ...{ dim: facts.hidden_size, layers: facts.num_hidden_layers, heads: facts.num_attention_heads },
    keyValueHeads: facts.num_key_value_heads ?? facts.num_attention_heads,
    headDim: facts.head_dim ?? Number(facts.hidden_size) / Number(facts.num_attention_heads),
    ...{ inner: facts.intermediate_size, vocabulary: facts.vocab_size },
    contextLength: facts.max_position_embeddings,
    rotaryBase: facts.rope_theta ?? rope.rope_theta ?? 10_000,
    rotaryScaling: scaling,
    epsilon: facts.rms_norm_eps,
    tiedHead: facts.tie_word_embeddings,
  };
}

/** The windows of layers that do not see all. */
const windows = (facts: Facts, isFull: (layer: number) => boolean): Facts => ({
  window: facts.sliding_window,
  fullLayers: Array.from({ length: Number(facts.num_hidden_layers) }, (_, layer) => layer).filter(isFull),
});

const qwenWindows = (facts: Facts): Facts =>
  facts.use_sliding_window === true ? windows(facts, (layer) => layer < Number(facts.max_window_layers)) : {};

const isFullIn =
  ({ layer_types: types }: Facts) =>
  (layer: number): boolean =>
    Array.isArray(types) && types[layer] === 'full_attention';

const gemmaScores = (facts: Facts): Facts => ({
  ...{ attentionBias: facts.attention_bias, scale: 1 / Math.sqrt(Number(facts.query_pre_attn_scalar)) },
  ...{ scoreSoftcap: facts.attn_logit_softcapping, logitSoftcap: facts.final_logit_softcapping },
});

const gemma3Of = (facts: Facts): Facts => {
  const { full_attention, sliding_attention } = fieldsOf(facts.rope_parameters);
  return {
    ...rotaryDecoder({ ...facts, rope_parameters: full_attention }),
    ...gemmaScores(facts),
    ...windows(facts, (layer) => layer % 6 === 5),
    localRotaryBase: facts.rope_local_base_freq ?? fieldsOf(sliding_attention).rope_theta,
  };
};

/** The release's own understanding in this project's words. */
const expected: Readonly<Record<string, (facts: Facts, file: Facts) => Facts>> = {
  llama: (facts) => ({
    ...rotaryDecoder(facts),
    ...{ attentionBias: facts.attention_bias ?? false, feedForwardBias: facts.mlp_bias ?? false },
  }),
  mistral: (facts) => ({ ...rotaryDecoder(facts), window: facts.sliding_window ?? undefined }),
  qwen2: (facts) => ({ ...rotaryDecoder(facts), ...qwenWindows(facts) }),
  qwen3: (facts) => ({
    ...{ ...rotaryDecoder(facts), ...qwenWindows(facts) },
    attentionBias: facts.attention_bias,
  }),
  gemma: (facts) => ({ ...rotaryDecoder(facts), attentionBias: facts.attention_bias }),
  gemma2: (facts) => ({
    ...rotaryDecoder(facts),
    ...gemmaScores(facts),
    ...windows(facts, (layer) => layer % 2 === 1),
  }),
  gemma3: (facts) =>
    gemma3Of(
      Object.fromEntries(
        Object.entries(facts).map(([field, value]) => [field.replace('text_config.', ''), value]),
      ),
    ),
  gemma3_text: (facts) => gemma3Of(facts),
  phi3: (facts) => {
    const rope = ropeOf(facts);
    const isLong = rope.short_factor !== undefined;
    return {
      ...rotaryDecoder(facts),
      window: facts.sliding_window ?? undefined,
      ...(isLong && {
        rotaryScaling: {
          ...{ kind: 'longrope', factors: rope.short_factor },
          magnitude: Math.sqrt(1 + Math.log(512 / 128) / Math.log(128)),
        },
        contextLength: 128,
      }),
    };
  },
  granite: (facts) => ({
    ...rotaryDecoder(facts),
    ...{ attentionBias: facts.attention_bias, feedForwardBias: facts.mlp_bias },
    ...{ scale: facts.attention_multiplier, residualScale: facts.residual_multiplier },
    ...{ embeddingScale: facts.embedding_multiplier, logitScale: 1 / Number(facts.logits_scaling) },
  }),
  olmo2: (facts) => ({ ...rotaryDecoder(facts), attentionBias: facts.attention_bias }),
  stablelm: (facts) => ({
    ...rotaryDecoder(facts),
    ...{ epsilon: facts.layer_norm_eps, attentionBias: facts.use_qkv_bias },
    ...{ parallelResidual: facts.use_parallel_residual ?? false, queryKeyNorm: facts.qk_layernorm ?? false },
    rotaryShare: facts.partial_rotary_factor ?? ropeOf(facts).partial_rotary_factor,
  }),
  cohere: (facts) => ({
    ...rotaryDecoder(facts),
    ...{ epsilon: facts.layer_norm_eps, attentionBias: facts.attention_bias, logitScale: facts.logit_scale },
    queryKeyNorm: facts.use_qk_norm ?? false,
  }),
  cohere2: (facts) => {
    const { sliding_window_pattern: pattern, layer_types: types } = facts;
    const isFull = (layer: number) =>
      Array.isArray(types) ? types[layer] === 'full_attention' : (layer + 1) % Number(pattern) === 0;
    return {
      ...{ ...rotaryDecoder(facts), ...windows(facts, isFull) },
      ...{
        epsilon: facts.layer_norm_eps,
        attentionBias: facts.attention_bias,
        logitScale: facts.logit_scale,
      },
    };
  },
  olmo: (facts) => ({
    ...rotaryDecoder(facts),
    ...{ attentionBias: facts.attention_bias, clip: facts.clip_qkv },
  }),
  smollm3: (facts) => {
    const turning = Array.isArray(facts.no_rope_layers) ? facts.no_rope_layers : [];
    const unrotatedLayers = turning.flatMap((turns, layer) => (turns ? [] : [layer]));
    return {
      ...rotaryDecoder(facts),
      ...{ attentionBias: facts.attention_bias, feedForwardBias: facts.mlp_bias, unrotatedLayers },
      ...(facts.use_sliding_window === true && windows(facts, (layer) => !unrotatedLayers.includes(layer))),
    };
  },
  glm: (facts) => ({
    ...{ ...rotaryDecoder(facts), attentionBias: facts.attention_bias },
    // The model of 4.46 has half of every head turn, without a field.
    rotaryShare: facts.partial_rotary_factor ?? ropeOf(facts).partial_rotary_factor ?? 0.5,
  }),
  glm4: (facts) => ({
    ...{ ...rotaryDecoder(facts), attentionBias: facts.attention_bias },
    rotaryShare: facts.partial_rotary_factor ?? ropeOf(facts).partial_rotary_factor,
  }),
  olmo3: (facts, file) => {
    // 5.0 and those before have one base for all layers.
    const { full_attention, sliding_attention } = fieldsOf(facts.rope_parameters);
    const decoder = rotaryDecoder({ ...facts, rope_parameters: full_attention ?? facts.rope_parameters });
    return {
      ...{ ...decoder, ...windows(facts, isFullIn(facts)), attentionBias: facts.attention_bias },
      localRotaryBase: fieldsOf(sliding_attention).rope_theta ?? file.rope_theta ?? decoder.rotaryBase,
    };
  },
  exaone4: (facts) => {
    const { fullLayers, window } = windows(facts, isFullIn(facts)) as {
      fullLayers: number[];
      window?: number;
    };
    const slides = fullLayers.length < Number(facts.num_hidden_layers);
    return {
      ...{ ...rotaryDecoder(facts), unrotatedLayers: window === undefined ? [] : fullLayers },
      ...(slides && { fullLayers, window }),
    };
  },
  seed_oss: (facts) => ({
    ...{ ...rotaryDecoder(facts), attentionBias: facts.attention_bias },
    ...{ attentionOutputBias: facts.attention_out_bias, feedForwardBias: facts.mlp_bias },
  }),
  arcee: (facts) => ({
    ...rotaryDecoder(facts),
    ...{ attentionBias: facts.attention_bias, feedForwardBias: facts.mlp_bias },
  }),
  nemotron: (facts) => ({
    ...{ ...rotaryDecoder(facts), epsilon: facts.norm_eps },
    ...{ attentionBias: facts.attention_bias, feedForwardBias: facts.mlp_bias },
    rotaryShare: facts.partial_rotary_factor ?? ropeOf(facts).partial_rotary_factor,
  }),
  helium: (facts) => ({
    ...rotaryDecoder(facts),
    ...{ attentionBias: facts.attention_bias, feedForwardBias: facts.mlp_bias },
  }),
  ministral: (facts) => ({
    ...rotaryDecoder(facts),
    ...(facts.sliding_window !== undefined && windows(facts, isFullIn(facts))),
  }),
  ernie4_5: (facts) => ({ ...rotaryDecoder(facts), bias: facts.use_bias }),
  hunyuan_v1_dense: (facts) => {
    const options = rotaryDecoder(facts);
    const { alpha, rope_theta } = ropeOf(facts);
    const base = Number(facts.rope_theta ?? rope_theta);
    return {
      ...{ ...options, attentionBias: facts.attention_bias },
      ...(alpha !== undefined && { rotaryBase: base * Number(alpha) ** (128 / 126) }),
    };
  },
  phi: (facts) => ({
    ...{ ...rotaryDecoder(facts), epsilon: facts.layer_norm_eps, activation: activation(facts.hidden_act) },
    ...{ queryKeyNorm: facts.qk_layernorm },
    rotaryShare: facts.partial_rotary_factor ?? ropeOf(facts).partial_rotary_factor,
  }),
  starcoder2: (facts) => ({
    ...{ ...rotaryDecoder(facts), epsilon: facts.norm_epsilon, activation: activation(facts.hidden_act) },
    ...{ bias: facts.use_bias, window: facts.sliding_window ?? undefined },
  }),
  gptj: (facts) => ({
    ...{ dim: facts.n_embd, layers: facts.n_layer, heads: facts.n_head },
    inner: facts.n_inner ?? 4 * Number(facts.n_embd),
    ...{ vocabulary: facts.vocab_size, contextLength: facts.n_positions, rotaryDim: facts.rotary_dim },
    ...{ activation: activation(facts.activation_function), epsilon: facts.layer_norm_epsilon },
    tiedHead: facts.tie_word_embeddings,
  }),
  gpt_neox: (facts, file) => {
    // 5.0 writes the share of its heads and reads a quarter, whatever it wrote; 5.24 reads what it wrote.
    const rope = { ...fieldsOf(facts.rope_parameters), ...fieldsOf(file.rope_parameters) };
    return {
      ...{ dim: facts.hidden_size, layers: facts.num_hidden_layers, heads: facts.num_attention_heads },
      ...{ inner: facts.intermediate_size, vocabulary: facts.vocab_size },
      contextLength: facts.max_position_embeddings,
      rotaryShare: facts.rotary_pct ?? rope.partial_rotary_factor,
      rotaryBase: facts.rotary_emb_base ?? rope.rope_theta,
      parallelResidual: facts.use_parallel_residual,
      // Releases before 4.36 have no such field, and biases.
      attentionBias: facts.attention_bias ?? true,
      ...{ activation: activation(facts.hidden_act), epsilon: facts.layer_norm_eps },
      tiedHead: facts.tie_word_embeddings,
    };
  },
  gpt_bigcode: (facts) => ({
    ...{ dim: facts.n_embd, layers: facts.n_layer, heads: facts.n_head },
    ...{ multiQuery: facts.multi_query, inner: facts.n_inner ?? 4 * Number(facts.n_embd) },
    ...{ vocabulary: facts.vocab_size, contextLength: facts.n_positions },
    ...{ activation: activation(facts.activation_function), epsilon: facts.layer_norm_epsilon },
    scale: facts.scale_attn_weights === false ? 1 : undefined,
    tiedHead: facts.tie_word_embeddings,
  }),
  falcon: (facts, file) => {
    const { rotaryBase } = rotaryDecoder(facts);
    const isNew = facts.new_decoder_architecture === true;
    const { num_attention_heads: heads, hidden_size: dim } = facts;
    return {
      ...{ dim, layers: facts.num_hidden_layers, heads, vocabulary: facts.vocab_size },
      keyValueHeads: isNew ? facts.num_kv_heads : facts.multi_query ? 1 : heads,
      inner: facts.ffn_hidden_size ?? 4 * Number(dim),
      contextLength: facts.max_position_embeddings ?? 2048,
      residual: isNew
        ? file.num_ln_in_parallel_attn === 1
          ? 'parallel'
          : 'parallel-own-norms'
        : facts.parallel_attn
          ? 'parallel'
          : 'in-turn',
      ...(facts.alibi === true ? { alibi: true } : { rotaryBase }),
      ...{ bias: facts.bias, activation: activation(facts.activation ?? 'gelu') },
      ...{ epsilon: facts.layer_norm_epsilon, tiedHead: facts.tie_word_embeddings },
    };
  },
  bloom: (facts) => ({
    ...{ dim: facts.hidden_size, layers: facts.n_layer, heads: facts.n_head },
    ...{ vocabulary: facts.vocab_size, contextLength: 2048, epsilon: facts.layer_norm_epsilon },
    residualAfterNorm: facts.apply_residual_connection_post_layernorm,
    tiedHead: facts.tie_word_embeddings,
  }),
  opt: (facts) => ({
    ...{ dim: facts.hidden_size, layers: facts.num_hidden_layers, heads: facts.num_attention_heads },
    ...{ inner: facts.ffn_dim, vocabulary: facts.vocab_size },
    contextLength: facts.max_position_embeddings,
    activation: activation(facts.activation_function),
    ...{ embeddingDim: facts.word_embed_proj_dim, normFirst: facts.do_layer_norm_before },
    tiedHead: facts.tie_word_embeddings,
  }),
  gpt2: (facts) => ({
    ...{ dim: facts.n_embd, layers: facts.n_layer, heads: facts.n_head },
    inner: facts.n_inner ?? 4 * Number(facts.n_embd),
    ...{ vocabulary: facts.vocab_size, contextLength: facts.n_positions },
    activation: activation(facts.activation_function),
    epsilon: facts.layer_norm_epsilon,
    scale: facts.scale_attn_weights === false ? 1 : undefined,
    scaleByLayer: facts.scale_attn_by_inverse_layer_idx,
    tiedHead: facts.tie_word_embeddings,
  }),
  // The model of every release has four times the width and ALiBi's 8, whatever its config says.
  mpt: (facts) => ({
    ...{ dim: facts.d_model, layers: facts.n_layers, heads: facts.n_heads },
    ...{ inner: 4 * Number(facts.d_model), vocabulary: facts.vocab_size },
    contextLength: facts.max_seq_len,
    ...{ clip: facts['attn_config.clip_qkv'], scale: facts['attn_config.softmax_scale'] },
    ...{ logitScale: undefined, queryKeyNorm: undefined, alibiBiasMax: undefined },
    tiedHead: facts.tie_word_embeddings,
  }),
  llava: (facts) => ({
    // Of 24 layers those up to the features.
    layers: 25 + Number(facts.vision_feature_layer),
    classToken: facts.vision_feature_select_strategy === 'full',
    activation: activation(facts.projector_hidden_act),
    // Releases before 4.48 have no such field, and biases.
    bias: facts.multimodal_projector_bias ?? true,
    imageToken: facts.image_token_index,
  }),
  idefics3: (facts) => idefics3Of(facts),
  smolvlm: (facts) => idefics3Of(facts),
  clip_vision_model: (facts) => visionOf((field) => facts[field]),
  clip: (facts) => visionOf((field) => facts[`vision_config.${field}`]),
  siglip_vision_model: (facts) => transformerOf((field) => facts[field]),
  siglip: (facts) => transformerOf((field) => facts[`vision_config.${field}`]),
  vit: (facts) => ({
    ...transformerOf((field) => facts[field]),
    queryKeyValueBias: facts.qkv_bias,
  }),
  dinov2: (facts) => dinov2Of(facts),
  dinov2_with_registers: (facts) => dinov2Of(facts),
  idefics: (facts) => ({
    vision: visionOf((field) => facts[`vision_config.${field === 'hidden_size' ? 'embed_dim' : field}`]),
    language: {
      ...{ dim: facts.hidden_size, layers: facts.num_hidden_layers, heads: facts.num_attention_heads },
      ...{ inner: facts.intermediate_size, vocabulary: facts.vocab_size },
      additionalTokens: facts.additional_vocab_size,
      ...{ contextLength: 2048, epsilon: facts.rms_norm_eps, rotaryBase: 10_000 },
      tiedHead: facts.tie_word_embeddings,
    },
    resampler: facts.use_resampler
      ? {
          depth: facts['perceiver_config.resampler_depth'],
          heads: facts['perceiver_config.resampler_n_heads'],
          headDim: facts['perceiver_config.resampler_head_dim'],
          latents: facts['perceiver_config.resampler_n_latents'],
          queryKeyNorm: facts['perceiver_config.qk_layer_norms_perceiver'],
        }
      : undefined,
    crossAttention: {
      every: facts.cross_layer_interval,
      gate: facts.alpha_type === 'vector' ? 'channel' : 'scalar',
      queryKeyNorm: facts.qk_layer_norms,
    },
  }),
};

const visionOf = (field: (name: string) => unknown): Facts => ({
  ...{ image: field('image_size'), patch: field('patch_size'), dim: field('hidden_size') },
  ...{ layers: field('num_hidden_layers'), heads: field('num_attention_heads') },
  ...{ inner: field('intermediate_size'), activation: activation(field('hidden_act')) },
});

/** What the vision transformers after CLIP's have in common. */
const transformerOf = (field: (name: string) => unknown): Facts => ({
  ...visionOf(field),
  epsilon: field('layer_norm_eps'),
});

const idefics3Of = (facts: Facts): Facts => ({
  vision: transformerOf((field) => facts[`vision_config.${field}`]),
  tiedHead: facts.tie_word_embeddings,
  scale: facts.scale_factor,
  imageToken: facts.image_token_id,
});

const dinov2Of = (facts: Facts): Facts => {
  const wide = Number(facts.hidden_size) * Number(facts.mlp_ratio);
  return {
    ...transformerOf((field) => facts[field]),
    ...{ trainedImage: facts.image_size, queryKeyValueBias: facts.qkv_bias },
    // Dinov2SwiGLUFFN's own rounding.
    inner: facts.use_swiglu_ffn === true ? 8 * Math.ceil(Math.floor((wide * 2) / 3) / 8) : wide,
    gated: facts.use_swiglu_ffn,
    registers: facts.num_register_tokens ?? 0,
  };
};

const readers: Readonly<Record<string, (config: unknown, notes: string[]) => object>> = {
  ...Object.fromEntries(
    Object.entries({
      ...{
        llama: llamaFromConfig,
        mistral: mistralFromConfig,
        qwen2: qwen2FromConfig,
        qwen3: qwen3FromConfig,
      },
      ...{
        gemma: gemmaFromConfig,
        gemma2: gemma2FromConfig,
        gemma3: gemma3TextFromConfig,
        gemma3_text: gemma3FromConfig,
        phi3: phi3FromConfig,
      },
      ...{
        granite: graniteFromConfig,
        olmo2: olmo2FromConfig,
        stablelm: stablelmFromConfig,
        cohere: cohereFromConfig,
      },
      ...{ cohere2: cohere2FromConfig, olmo: olmoFromConfig, smollm3: smollm3FromConfig },
      ...{ glm4: glm4FromConfig, olmo3: olmo3FromConfig, exaone4: exaone4FromConfig },
      ...{ seed_oss: seedOssFromConfig, arcee: arceeFromConfig, nemotron: nemotronFromConfig },
      ...{ helium: heliumFromConfig, ministral: ministralFromConfig, ernie4_5: ernie45FromConfig },
      hunyuan_v1_dense: hunyuanDenseFromConfig,
      ...{ glm: glmFromConfig, phi: phiFromConfig, starcoder2: starcoder2FromConfig },
    }).map(([family, read]) => [
      family,
      (config: unknown, notes: string[]) => {
        const options = read(config, notes);
        return { headDim: options.dim / options.heads, ...options };
      },
    ]),
  ),
  gpt_neox: gptNeoxFromConfig,
  gptj: gptjFromConfig,
  gpt_bigcode: gptBigcodeFromConfig,
  ...{ falcon: falconFromConfig, bloom: bloomFromConfig },
  opt: optFromConfig,
  gpt2: gpt2FromConfig,
  mpt: mptFromConfig,
  llava: (config, notes) => {
    const { vision, activation, bias, imageToken } = llavaFromConfig(config, notes);
    const { layers, classToken } = vision.options;
    return { layers, classToken, activation, bias, imageToken };
  },
  ...{ idefics3: idefics3OptionsFromConfig, smolvlm: idefics3OptionsFromConfig },
  clip_vision_model: clipVitFromConfig,
  clip: clipVitFromConfig,
  siglip_vision_model: siglipFromConfig,
  siglip: siglipFromConfig,
  vit: vitFromConfig,
  dinov2: (config) => dinov2FromConfig(config),
  dinov2_with_registers: (config) => dinov2FromConfig(config),
  idefics: ideficsFromConfig,
};

function idefics3OptionsFromConfig(config: unknown, notes: string[]) {
  const { vision, language, scale, imageToken } = idefics3FromConfig(config, notes);
  return { vision, tiedHead: language.options.tiedHead, scale, imageToken };
}

const casesOf = async (release: string, family: string): Promise<Cases> =>
  JSON.parse(await readFile(`${FOLDER}/${release}/${family}.json`, 'utf8'));
const families = Object.keys(readers);
const releases = (await readdir(FOLDER)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

const defined = (value: object): object => JSON.parse(JSON.stringify(value));

describe('the configs that releases of transformers save', () => {
  it('come from releases of every kind, the first that this project reads and the newest among them', () => {
    assert.ok(releases.length >= 9, releases.join());
    for (const release of ['4.28.1', '4.35.2', '4.41.2', '4.46.3', '4.51.3', '4.57.6', '5.24.0']) {
      assert.ok(releases.includes(release), release);
    }
  });

  for (const release of releases) {
    it(`${release}: each is read as that release understands it, and what changes a number is refused by name`, async () => {
      const present = (await readdir(`${FOLDER}/${release}`)).map((name) => name.replace(/\.json$/, ''));
      for (const family of families.filter((name) => present.includes(name))) {
        const cases = await casesOf(release, family);
        const read = readers[family] ?? assert.fail(family);
        assert.ok(Object.keys(cases.read).length >= 2, family);
        for (const [name, { file, resolved = {} }] of Object.entries(cases.read)) {
          const wanted = expected[family]?.(resolved, file) ?? assert.fail(family);
          assert.deepEqual(defined(read(file, [])), defined(wanted), `${family} ${name}`);
        }
        for (const [field, file] of Object.entries(cases.refused)) {
          assert.throws(() => read(file, []), refusedConfig(new RegExp(field)), `${family} ${field}`);
        }
      }
    });
  }

  const HALF = [0.5, 0.5, 0.5];
  const processors: Readonly<Record<string, { readonly first: string; readonly kept: readonly unknown[] }>> =
    {
      clip_image_processor: {
        first: '4.28.1',
        kept: [CLIP_MEAN, CLIP_DEVIATION, 'shortest-edge', 'bicubic'],
      },
      idefics_image_processor: { first: '4.32.1', kept: [CLIP_MEAN, CLIP_DEVIATION, 'stretch', 'bicubic'] },
      siglip_image_processor: { first: '4.38.2', kept: [HALF, HALF, 'stretch', 'bicubic'] },
      vit_image_processor: { first: '4.28.1', kept: [HALF, HALF, 'stretch', 'bilinear'] },
      bit_image_processor: { first: '4.28.1', kept: [CLIP_MEAN, CLIP_DEVIATION, 'shortest-edge', 'bicubic'] },
    };
  for (const [family, { first, kept }] of Object.entries(processors)) {
    it(`of ${family}s of every release give its preprocessing`, async () => {
      for (const release of releases.slice(releases.indexOf(first))) {
        const { read, refused } = await casesOf(release, family);
        const preprocessing = (name: string, image: number) =>
          preprocessingFromConfig(read[name]?.file ?? assert.fail(name), image);
        const { mean: usual, std, resize, interpolation } = preprocessing('default', 224);
        assert.deepEqual([usual, std, resize, interpolation], kept);
        preprocessing('small', 21);
        assert.throws(() => preprocessing('small', 28), refusedConfig(/pictures of .*21/));
        assert.deepEqual(preprocessing('values', 224).mean, [0.5, 0.25, 0.5]);
        // What is left out is the class's own.
        const { image_mean: _mean, image_std: _std, resample: _resample, ...bare } = read.default?.file ?? {};
        const { mean, std: deviation, interpolation: way } = preprocessingFromConfig(bare, 224);
        assert.deepEqual([mean, deviation, resize, way], kept);
        for (const [field, file] of Object.entries(refused)) {
          assert.throws(() => preprocessingFromConfig(file, 224), refusedConfig(new RegExp(field)));
        }
      }
    });
  }

  for (const [family, first] of [
    ['idefics3_image_processor', '4.46.3'],
    ['smolvlm_image_processor', '5.24.0'],
  ] as const) {
    it(`of ${family}s of every release give its preprocessing, and how pictures are cut`, async () => {
      const recorded = await Promise.all(
        releases.map(async (release) => (await readdir(`${FOLDER}/${release}`)).includes(`${family}.json`)),
      );
      const holding = releases.filter((_, index) => recorded[index]);
      assert.equal(holding[0], first);
      for (const release of holding) {
        const { read, refused } = await casesOf(release, family);
        const fileOf = (name: string) => read[name]?.file ?? assert.fail(name);
        const usual = {
          preprocessing: {
            ...{ resize: 'stretch', longestEdge: 1456, interpolation: 'lanczos' },
            ...{ mean: HALF, std: HALF },
          },
          tiles: 16,
        };
        assert.deepEqual(idefics3Pictures(fileOf('default'), 364), usual);
        assert.deepEqual(idefics3Pictures({}, 364), usual, 'what is left out is the class’s own');
        const small = idefics3Pictures(fileOf('small'), 21);
        assert.deepEqual([small.preprocessing.longestEdge, small.tiles], [42, 4]);
        assert.throws(() => idefics3Pictures(fileOf('small'), 28), refusedConfig(/pictures of 21 pixels/));
        const { preprocessing, tiles } = idefics3Pictures(fileOf('values'), 364);
        const { mean, std, interpolation } = preprocessing;
        assert.deepEqual(
          [mean, std, interpolation, tiles],
          [[0.5, 0.25, 0.5], [0.5, 0.5, 0.25], 'bicubic', undefined],
        );
        for (const [field, file] of Object.entries(refused)) {
          assert.throws(() => idefics3Pictures(file, 364), refusedConfig(new RegExp(field)));
        }
      }
    });
  }

  it('build the models that they describe', async () => {
    for (const release of releases) {
      for (const family of ['llama', 'gpt_neox', 'opt', 'gpt2', 'mpt']) {
        if (family === 'mpt' && release === '4.28.1') continue;
        const { file } = (await casesOf(release, family)).read.small ?? assert.fail(family);
        assert.equal(languageModelFromConfig(file).layers, 2, `${release} ${family}`);
      }
    }
  });

  it("say of an MPT what transformers' class has no use for, and what it takes where nothing is said", async () => {
    const { read } = await casesOf('4.46.3', 'mpt');
    const notesOf = (file: unknown) => {
      const notes: string[] = [];
      mptFromConfig(file, notes);
      return notes.join();
    };
    const unused = notesOf(read.left_out?.file);
    for (const field of [
      'logit_scale 0.5',
      'alibi false',
      'alibi_bias_max 16',
      'qk_ln true',
      'no_bias false',
    ]) {
      assert.ok(unused.includes(field), `${field} in: ${unused}`);
    }
    assert.match(notesOf(read.default?.file), /leaves out attn_config\.alibi: it is on, as in transformers/);
  });
});
