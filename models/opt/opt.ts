import {
  add,
  attention,
  block,
  type CheckedOptions,
  type CheckpointName,
  checkOptions,
  embedding,
  type KnownOptions,
  layerNorm,
  linear,
  type Tensor,
} from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation, activations } from '../shared/activation.ts';
import { decoder, tiedLogits } from '../shared/decoder.ts';
import { DECODER_SIZES } from '../shared/decoder-sizes.ts';
import type { LanguageModel, LayersOf } from '../shared/language-model.ts';
import type { WidthOf } from '../shared/vision-encoder.ts';

/** Hugging Face `OPTForCausalLM` and `OPTModel`. */
const optNames: readonly CheckpointName[] = [
  { ours: 'language.*', theirs: 'model.decoder.*' },
  { ours: 'language.*', theirs: 'decoder.*' },
];
const headNames: readonly CheckpointName[] = [{ ours: 'language.lm_head.weight', theirs: 'lm_head.weight' }];
/** A head that is the embeddings may be stored as a copy of them. */
const tiedHeadNames: readonly CheckpointName[] = [
  { ours: 'language.embed_tokens.weight', theirs: 'lm_head.weight' },
];

/** OPT's position table has two rows more than positions: the places of padding and of an unused row. */
const POSITION_OFFSET = 2;

interface OptLayerOptions {
  readonly activation: Activation;
  readonly normFirst: boolean;
}

/**
 * Self-attention with a key/value cache, then a two-layer perceptron; both residual, all with biases. The norms stand
 * before each, or after each sum.
 */
const optLayer = block('OptLayer', {
  sizes: ['dim', 'heads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim, inner }, _options: OptLayerOptions) => ({
    self_attn_layer_norm: layerNorm(dim),
    self_attn: {
      q_proj: linear(dim, dim),
      k_proj: linear(dim, dim),
      v_proj: linear(dim, dim),
      out_proj: linear(dim, dim),
    },
    final_layer_norm: layerNorm(dim),
    fc1: linear(dim, inner),
    fc2: linear(inner, dim),
  }),
  forward: ({ parts, sizes, options }, x, visible, pastKey, pastValue) => {
    const { q_proj, k_proj, v_proj, out_proj } = parts.self_attn;
    const before = (norm: (x: Tensor) => Tensor, input: Tensor) => (options.normFirst ? norm(input) : input);
    const after = (norm: (x: Tensor) => Tensor, sum: Tensor) => (options.normFirst ? sum : norm(sum));
    const { self_attn_layer_norm, final_layer_norm } = parts;
    const normed = before(self_attn_layer_norm, x);
    const attended = attention(q_proj(normed), k_proj(normed), v_proj(normed), {
      heads: sizes.heads,
      mask: visible,
      past: { key: pastKey, value: pastValue },
    });
    const first = after(self_attn_layer_norm, add(x, out_proj(attended.result)));
    const inner = activations[options.activation](parts.fc1(before(final_layer_norm, first)));
    const second = after(final_layer_norm, add(first, parts.fc2(inner)));
    return [second, attended.newKey, attended.newValue];
  },
});

export interface OptOptions {
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** OPT's own is `relu`; the paper's language model has `gelu`. */
  readonly activation?: Activation;
  /**
   * Width of the token embeddings and of what the head reads, with a projection to and from the layers' where it is
   * not theirs; default `dim`. OPT-350m's is 512 beside 1024.
   */
  readonly embeddingDim?: number;
  /** Norms stand before attention and perceptron, and one at the end; false, as in OPT-350m: after each sum, and none at the end. Default true. */
  readonly normFirst?: boolean;
  /** The head is the token embeddings; default true. */
  readonly tiedHead?: boolean;
}

const KNOWN: KnownOptions<OptOptions> = {
  ...DECODER_SIZES,
  activation: ACTIVATIONS,
  embeddingDim: 'a whole number from 1 on',
  normFirst: 'true or false',
  tiedHead: 'true or false',
};

/**
 * OPT's decoder: learned positions, pre-norm layers, a final norm, and a head tied to the token embeddings.
 * Zhang et al. 2022, arXiv 2205.01068; Hugging Face `OPTForCausalLM`.
 */
export function opt<const O extends Partial<OptOptions>>(
  options: CheckedOptions<'opt', OptOptions, ['heads divides dim'], O>,
): LanguageModel<LayersOf<O>, WidthOf<O>>;
export function opt<O extends OptOptions>(given: O): LanguageModel {
  const options: OptOptions = given;
  checkOptions(opt, options, ['heads divides dim'], KNOWN);
  const { dim, layers, heads, vocabulary, contextLength, activation = 'relu', inner = 4 * dim } = options;
  const { embeddingDim = dim, normFirst = true, tiedHead = true } = options;
  const headDim = dim / heads;
  const layer = { activation, normFirst };
  const parts = {
    embed_tokens: embedding(vocabulary, embeddingDim),
    embed_positions: embedding(contextLength + POSITION_OFFSET, dim),
    ...(embeddingDim !== dim && {
      project_in: linear(embeddingDim, dim, { bias: false }),
      project_out: linear(dim, embeddingDim, { bias: false }),
    }),
    layers: Array.from({ length: layers }, () => optLayer({ dim, heads, headDim, inner, ...layer })),
    ...(normFirst && { final_layer_norm: layerNorm(dim) }),
    ...(!tiedHead && { lm_head: linear(embeddingDim, vocabulary, { bias: false }) }),
  };
  return decoder({
    family: 'opt',
    options,
    parts,
    blocks: parts.layers,
    checkpointNames: [...optNames, ...(tiedHead ? tiedHeadNames : headNames)],
    embed(tokens) {
      const embedded = parts.embed_tokens(tokens);
      return parts.project_in?.(embedded) ?? embedded;
    },
    addPositions: (embedded, positions) =>
      add(embedded, parts.embed_positions(add(positions, POSITION_OFFSET))),
    layer: (block, x, { visible }, past) => block(x, visible, past.key, past.value),
    logits(x) {
      const normed = parts.final_layer_norm?.(x) ?? x;
      const read = parts.project_out?.(normed) ?? normed;
      return parts.lm_head?.(read) ?? tiedLogits(read, parts.embed_tokens);
    },
  });
}
