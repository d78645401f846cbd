import {
  add,
  attention,
  block,
  type CheckedOptions,
  type CheckpointName,
  checkOptions,
  concat,
  type Draft,
  embedding,
  type KnownOptions,
  linear,
  multiply,
  product,
  type RotaryScaling,
  rmsNorm,
  rotary,
  silu,
  type Tensor,
} from '../../dsl/index.ts';
import { embedWithAdditional } from '../shared/additional-tokens.ts';
import { decoder, tiedLogits } from '../shared/decoder.ts';
import type { LanguageModel, LayersOf } from '../shared/language-model.ts';
import type { WidthOf } from '../shared/vision-encoder.ts';

interface LlamaLayerOptions {
  readonly epsilon: number;
  readonly attentionBias: boolean;
  readonly feedForwardBias: boolean;
  readonly rotaryBase: number;
  readonly rotaryScaling: RotaryScaling | undefined;
  readonly rotaryTables: 'float16' | undefined;
}

/** Pre-norm self-attention on rotated heads, keys and values shared by groups of them, then SwiGLU; both residual. */
const llamaLayer = block('LlamaLayer', {
  sizes: ['dim', 'heads', 'keyValueHeads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch text: int64',
    'batch keyValueHeads past headDim',
    'batch keyValueHeads past headDim',
  ],
  gives: ['batch text dim', 'batch keyValueHeads text headDim', 'batch keyValueHeads text headDim'],
  parts: ({ dim, heads, keyValueHeads, headDim, inner }, options: LlamaLayerOptions) => {
    const [projection, layer] = [{ bias: options.attentionBias }, { bias: options.feedForwardBias }];
    return {
      input_layernorm: rmsNorm(dim, { epsilon: options.epsilon }),
      self_attn: {
        q_proj: linear(dim, product(heads, headDim), projection),
        k_proj: linear(dim, product(keyValueHeads, headDim), projection),
        v_proj: linear(dim, product(keyValueHeads, headDim), projection),
        o_proj: linear(product(heads, headDim), dim, projection),
      },
      post_attention_layernorm: rmsNorm(dim, { epsilon: options.epsilon }),
      mlp: {
        gate_proj: linear(dim, inner, layer),
        up_proj: linear(dim, inner, layer),
        down_proj: linear(inner, dim, layer),
      },
    };
  },
  forward: ({ parts, sizes, options }, x, visible, positions, pastKey, pastValue) => {
    const { heads, keyValueHeads } = sizes;
    const { q_proj, k_proj, v_proj, o_proj } = parts.self_attn;
    const { gate_proj, up_proj, down_proj } = parts.mlp;
    const turns = {
      base: options.rotaryBase,
      ...(options.rotaryScaling && { scaling: options.rotaryScaling }),
      ...(options.rotaryTables && { tables: options.rotaryTables }),
    };
    const normed = parts.input_layernorm(x);
    const query = rotary(q_proj(normed), positions, { heads, ...turns });
    const key = rotary(k_proj(normed), positions, { heads: keyValueHeads, ...turns });
    const attended = attention(query, key, v_proj(normed), {
      heads,
      keyValueHeads,
      mask: visible,
      past: { key: pastKey, value: pastValue },
    });
    const first = add(x, o_proj(attended.result));
    const read = parts.post_attention_layernorm(first);
    const second = down_proj(multiply(silu(gate_proj(read)), up_proj(read)));
    return [add(first, second), attended.newKey, attended.newValue];
  },
});

export interface LlamaOptions {
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values, which divide the heads; default as many. */
  readonly keyValueHeads?: number;
  /** Default `dim / heads`. */
  readonly headDim?: number;
  /** Width of the feed-forward. */
  readonly inner: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Default 10000. */
  readonly rotaryBase?: number;
  readonly rotaryScaling?: RotaryScaling;
  /**
   * What the tables of cosines and sines are rounded to, as in models that were cast to float16 as a whole. Default: not.
   */
  readonly rotaryTables?: 'float16';
  /** Of the norms; default 1e-6. */
  readonly epsilon?: number;
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
  /** Biases of the feed-forward's; default false. */
  readonly feedForwardBias?: boolean;
  /** The head is the token embeddings; default false. */
  readonly tiedHead?: boolean;
  /** Tokens after the vocabulary, with embeddings and rows of the head of their own; default 0. Idefics has 2 or more. */
  readonly additionalTokens?: number;
}

const KNOWN: KnownOptions<LlamaOptions> = {
  dim: 'a whole number from 1 on',
  layers: 'a whole number from 1 on',
  heads: 'a whole number from 1 on',
  keyValueHeads: 'a whole number from 1 on',
  headDim: 'a whole number from 1 on',
  inner: 'a whole number from 1 on',
  vocabulary: 'a whole number from 1 on',
  contextLength: 'a whole number from 1 on',
  rotaryBase: 'a number',
  rotaryScaling: {
    kind: ['linear', 'llama3'],
    factor: 'a number',
    lowFrequencyFactor: 'a number',
    highFrequencyFactor: 'a number',
    originalContext: 'a number',
  },
  rotaryTables: ['float16'],
  epsilon: 'a number',
  attentionBias: 'true or false',
  feedForwardBias: 'true or false',
  tiedHead: 'true or false',
  additionalTokens: 'a whole number from 0 on',
};

/** Published sizes, their vocabulary without the tokens that a Flamingo adds. */
export const llamaSizes = {
  '7b': { dim: 4096, layers: 32, heads: 32, inner: 11_008, vocabulary: 32_000, contextLength: 2048 },
  '65b': { dim: 8192, layers: 80, heads: 64, inner: 22_016, vocabulary: 32_000, contextLength: 2048 },
  '3-8b': {
    dim: 4096,
    layers: 32,
    heads: 32,
    keyValueHeads: 8,
    inner: 14_336,
    vocabulary: 128_256,
    contextLength: 8192,
    rotaryBase: 500_000,
    epsilon: 1e-5,
  },
} as const satisfies Readonly<Record<string, LlamaOptions>>;

/** The width need not be that of all heads together where the heads have a width of their own. */
type LlamaRequirements<O> = O extends { readonly headDim: number }
  ? ['keyValueHeads divides heads']
  : ['heads divides dim', 'keyValueHeads divides heads'];

/**
 * LLaMA's decoder: root-mean-square norms, rotary positions, SwiGLU, grouped heads, no biases.
 * Touvron et al. 2023, arXiv 2302.13971 and 2307.09288; Hugging Face `LlamaForCausalLM`.
 */
export function llama<const O extends Draft<LlamaOptions>>(
  options: CheckedOptions<'llama', LlamaOptions, LlamaRequirements<O>, O>,
): LanguageModel<LayersOf<O>, WidthOf<O>>;
export function llama<O extends LlamaOptions>(given: O): LanguageModel {
  const options: LlamaOptions = given;
  const evenHeads = options.headDim === undefined ? (['heads divides dim'] as const) : [];
  checkOptions(llama, options, [...evenHeads, 'keyValueHeads divides heads'], KNOWN);
  const { dim, layers, heads, inner, vocabulary } = options;
  const { keyValueHeads = heads, headDim = dim / heads, epsilon = 1e-6, rotaryBase = 10_000 } = options;
  const {
    attentionBias = false,
    feedForwardBias = false,
    tiedHead = false,
    rotaryScaling,
    rotaryTables,
  } = options;
  const { additionalTokens = 0 } = options;
  const layer = { epsilon, attentionBias, feedForwardBias, rotaryBase, rotaryScaling, rotaryTables };
  const parts = {
    embed_tokens: embedding(vocabulary, dim),
    layers: Array.from({ length: layers }, () =>
      llamaLayer({ dim, heads, keyValueHeads, headDim, inner, ...layer }),
    ),
    norm: rmsNorm(dim, { epsilon }),
    ...(!tiedHead && { lm_head: linear(dim, vocabulary, { bias: false }) }),
    ...(additionalTokens > 0 && { additional_embedding: embedding(additionalTokens, dim) }),
    ...(additionalTokens > 0 &&
      !tiedHead && { additional_fc: linear(dim, additionalTokens, { bias: false }) }),
  };
  const head = (x: Tensor): Tensor => parts.lm_head?.(x) ?? tiedLogits(x, parts.embed_tokens);
  return decoder({
    family: 'llama',
    options,
    ...{ vocabulary: vocabulary + additionalTokens, keyValueHeads, headDim },
    parts,
    blocks: parts.layers,
    checkpointNames: [...(tiedHead ? tiedHeadNames : headNames), ...llamaNames],
    embed(tokens) {
      const { embed_tokens, additional_embedding } = parts;
      return additional_embedding === undefined
        ? embed_tokens(tokens)
        : embedWithAdditional(tokens, vocabulary, embed_tokens, additional_embedding);
    },
    layer: (block, x, { visible, positions }, past) => block(x, visible, positions, past.key, past.value),
    logits(x) {
      const { additional_embedding, additional_fc } = parts;
      const read = parts.norm(x);
      if (additional_embedding === undefined) return head(read);
      const others = additional_fc?.(read) ?? tiedLogits(read, additional_embedding);
      return concat([head(read), others], 1);
    },
  });
}

/** `LlamaForCausalLM` and the bare `LlamaModel`. */
const llamaNames: readonly CheckpointName[] = [
  { ours: 'language.*', theirs: '*' },
  { ours: 'language.*', theirs: 'model.*' },
];
const headNames: readonly CheckpointName[] = [{ ours: 'language.lm_head.weight', theirs: 'lm_head.weight' }];
/** A head that is the embeddings may be stored as a copy of them. */
const tiedHeadNames: readonly CheckpointName[] = [
  { ours: 'language.embed_tokens.weight', theirs: 'lm_head.weight' },
];
