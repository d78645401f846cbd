import {
  add,
  attention,
  block,
  type CheckedOptions,
  type CheckpointName,
  checkOptions,
  embedding,
  layerNorm,
  linear,
  matmul,
  transpose,
} from '../../dsl/index.ts';
import { type Activation, activations } from '../shared/activation.ts';
import { type LanguageModel, type LayersOf, layerAt } from '../shared/language-model.ts';

/** Hugging Face `OPTForCausalLM` and `OPTModel`, alone or inside an OpenFlamingo checkpoint. */
const optNames: readonly CheckpointName[] = [
  { ours: 'language.*', theirs: 'model.decoder.*' },
  { ours: 'language.*', theirs: 'decoder.*' },
  { ours: 'language.*', theirs: 'lang_encoder.model.decoder.*' },
  // The head is tied to the embeddings and may be stored as a copy.
  { ours: 'language.embed_tokens.weight', theirs: 'lm_head.weight' },
  { ours: 'language.embed_tokens.weight', theirs: 'lang_encoder.lm_head.weight' },
];

/** OPT's position table has two rows more than positions: the places of padding and of an unused row. */
const POSITION_OFFSET = 2;

/** Pre-norm self-attention with a key/value cache, then a two-layer perceptron; both residual, all with biases. */
const optLayer = block('OptLayer', {
  sizes: ['dim', 'heads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim, inner }, _options: { readonly activation: Activation }) => ({
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
    const normed = parts.self_attn_layer_norm(x);
    const attended = attention(q_proj(normed), k_proj(normed), v_proj(normed), {
      heads: sizes.heads,
      mask: visible,
      past: { key: pastKey, value: pastValue },
    });
    const first = add(x, out_proj(attended.result));
    const second = parts.fc2(activations[options.activation](parts.fc1(parts.final_layer_norm(first))));
    return [add(first, second), attended.newKey, attended.newValue];
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
}

/**
 * OPT's decoder: learned positions, pre-norm layers, a final norm, and a head tied to the token embeddings.
 * Zhang et al. 2022; Hugging Face `OPTForCausalLM` with `do_layer_norm_before`.
 */
export function opt<const O extends Partial<OptOptions>>(
  options: CheckedOptions<'opt', OptOptions, ['heads divides dim'], O>,
): LanguageModel<LayersOf<O>>;
export function opt<O extends OptOptions>(given: O): LanguageModel {
  const options: OptOptions = given;
  checkOptions(opt, options, ['heads divides dim']);
  const { dim, layers, heads, vocabulary, contextLength, activation = 'relu', inner = 4 * dim } = options;
  const headDim = dim / heads;
  const parts = {
    embed_tokens: embedding(vocabulary, dim),
    embed_positions: embedding(contextLength + POSITION_OFFSET, dim),
    layers: Array.from({ length: layers }, () => optLayer({ dim, heads, headDim, inner, activation })),
    final_layer_norm: layerNorm(dim),
  };
  return {
    family: 'opt',
    dim,
    vocabulary,
    contextLength,
    layers,
    heads,
    keyValueHeads: heads,
    headDim,
    parts,
    options: { ...options },
    checkpointNames: optNames,
    embed: (tokens, positions) =>
      add(parts.embed_tokens(tokens), parts.embed_positions(add(positions, POSITION_OFFSET))),
    layer: (index, x, { visible }, past) => layerAt(parts.layers, index)(x, visible, past.key, past.value),
    logits: (x) => matmul(parts.final_layer_norm(x), transpose(parts.embed_tokens.parts.weight, [1, 0])),
  };
}
