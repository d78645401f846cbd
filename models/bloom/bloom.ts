import {
  add,
  alibi,
  attention,
  block,
  type CheckedOptions,
  checkOptions,
  embedding,
  geluTanh,
  type KnownOptions,
  layerNorm,
  linear,
  product,
} from '../../dsl/index.ts';
import { decoder, tiedLogits } from '../shared/decoder.ts';
import { decoderNames } from '../shared/decoder-names.ts';
import { DECODER_SIZES } from '../shared/decoder-sizes.ts';
import { fusedHeads } from '../shared/fused-heads.ts';
import type { LanguageModel, LayersOf } from '../shared/language-model.ts';
import type { WidthOf } from '../shared/vision-encoder.ts';

interface BloomLayerOptions {
  readonly epsilon: number;
  readonly residualAfterNorm: boolean;
}

/** Self-attention under ALiBi, then a two-layer perceptron; both residual, all with biases; parts as in transformers. */
const bloomLayer = block('BloomLayer', {
  sizes: ['dim', 'heads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch heads text past+text',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim, inner }, { epsilon }: BloomLayerOptions) => ({
    input_layernorm: layerNorm(dim, { epsilon }),
    self_attention: { query_key_value: linear(dim, product(3, dim)), dense: linear(dim, dim) },
    post_attention_layernorm: layerNorm(dim, { epsilon }),
    mlp: { dense_h_to_4h: linear(dim, inner), dense_4h_to_h: linear(inner, dim) },
  }),
  forward: ({ parts, sizes, options }, x, visible, bias, pastKey, pastValue) => {
    const { heads, headDim } = sizes;
    const normed = parts.input_layernorm(x);
    const projected = parts.self_attention.query_key_value(normed);
    const [query, key, value] = fusedHeads(projected, { heads, groups: heads, headDim });
    const attended = attention(query, key, value, {
      ...{ heads, mask: visible, bias },
      past: { key: pastKey, value: pastValue },
    });
    const isAfter = options.residualAfterNorm;
    const first = add(isAfter ? normed : x, parts.self_attention.dense(attended.result));
    const between = parts.post_attention_layernorm(first);
    const second = parts.mlp.dense_4h_to_h(geluTanh(parts.mlp.dense_h_to_4h(between)));
    return [add(isAfter ? between : first, second), attended.newKey, attended.newValue];
  },
});

export interface BloomOptions {
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Of the layer norms; default 1e-5. */
  readonly epsilon?: number;
  /** What attention and perceptron add is added to what they have read; default false: to what came before its norm. */
  readonly residualAfterNorm?: boolean;
  /** The token embeddings are the head; default true. */
  readonly tiedHead?: boolean;
}

const KNOWN: KnownOptions<BloomOptions> = {
  ...DECODER_SIZES,
  epsilon: 'a number',
  residualAfterNorm: 'true or false',
  tiedHead: 'true or false',
};

/**
 * BLOOM's decoder: no positions but ALiBi's biases on the scores, normed embeddings, pre-norm layers with biases, a head tied to
 * the token embeddings unless told otherwise. BigScience Workshop 2022, arXiv 2211.05100; Hugging Face `BloomForCausalLM`.
 */
export function bloom<const O extends Partial<BloomOptions>>(
  options: CheckedOptions<'bloom', BloomOptions, ['heads divides dim'], O>,
): LanguageModel<LayersOf<O>, WidthOf<O>>;
export function bloom<O extends BloomOptions>(given: O): LanguageModel {
  const options: BloomOptions = given;
  checkOptions(bloom, options, ['heads divides dim'], KNOWN);
  const { dim, layers, heads, vocabulary, inner = 4 * dim } = options;
  const { epsilon = 1e-5, residualAfterNorm = false, tiedHead = true } = options;
  const headDim = dim / heads;
  const parts = {
    word_embeddings: embedding(vocabulary, dim),
    word_embeddings_layernorm: layerNorm(dim, { epsilon }),
    h: Array.from({ length: layers }, () =>
      bloomLayer({ dim, heads, headDim, inner, epsilon, residualAfterNorm }),
    ),
    ln_f: layerNorm(dim, { epsilon }),
    ...(!tiedHead && { lm_head: linear(dim, vocabulary, { bias: false }) }),
  };
  return decoder({
    ...{ family: 'bloom', options, parts, blocks: parts.h },
    checkpointNames: decoderNames('transformer', 'word_embeddings', { tiedHead }),
    embed: (tokens) => parts.word_embeddings(tokens),
    // BLOOM has no embeddings of positions; what takes the place of an embedding is normed as one.
    addPositions: (embedded) => parts.word_embeddings_layernorm(embedded),
    layer(block, x, { visible, positions, keyPositions }, past) {
      return block(x, visible, alibi(positions, keyPositions, heads), past.key, past.value);
    },
    logits(x) {
      const read = parts.ln_f(x);
      return parts.lm_head?.(read) ?? tiedLogits(read, parts.word_embeddings);
    },
  });
}
