import {
  add,
  attention,
  block,
  type CheckedOptions,
  checkOptions,
  chunk,
  embedding,
  type KnownOptions,
  layerNorm,
  linear,
  matmul,
  normal,
  parameter,
  product,
  zeros,
} from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation, activations } from '../shared/activation.ts';
import { decoder, tiedLogits } from '../shared/decoder.ts';
import { decoderNames } from '../shared/decoder-names.ts';
import { DECODER_SIZES } from '../shared/decoder-sizes.ts';
import type { LanguageModel, LayersOf } from '../shared/language-model.ts';
import type { WidthOf } from '../shared/vision-encoder.ts';

/** GPT-2's `Conv1D`: a linear map whose weight is stored as `[in, out]`. */
const projection = block('Projection', {
  sizes: ['input', 'output'],
  takes: ['batch text input'],
  gives: 'batch text output',
  parts: ({ input, output }) => ({
    weight: parameter([input, output], normal(0.02)),
    bias: parameter([output], zeros),
  }),
  forward: ({ parts }, x) => add(matmul(x, parts.weight), parts.bias),
});

interface Gpt2LayerOptions {
  readonly activation: Activation;
  readonly epsilon: number;
  readonly scale: number;
}

/** Pre-norm self-attention with a key/value cache, then a two-layer perceptron; both residual, all with biases. */
const gpt2Layer = block('Gpt2Layer', {
  sizes: ['dim', 'heads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim, inner }, { epsilon }: Gpt2LayerOptions) => ({
    ln_1: layerNorm(dim, { epsilon }),
    attn: {
      c_attn: projection({ input: dim, output: product(3, dim) }),
      c_proj: projection({ input: dim, output: dim }),
    },
    ln_2: layerNorm(dim, { epsilon }),
    mlp: {
      c_fc: projection({ input: dim, output: inner }),
      c_proj: projection({ input: inner, output: dim }),
    },
  }),
  forward: ({ parts, sizes, options }, x, visible, pastKey, pastValue) => {
    const projected = parts.attn.c_attn(parts.ln_1(x));
    const [query, key, value] = chunk(projected, 3);
    const attended = attention(query, key, value, {
      heads: sizes.heads,
      mask: visible,
      past: { key: pastKey, value: pastValue },
      scale: options.scale,
    });
    const first = add(x, parts.attn.c_proj(attended.result));
    const second = parts.mlp.c_proj(activations[options.activation](parts.mlp.c_fc(parts.ln_2(first))));
    return [add(first, second), attended.newKey, attended.newValue];
  },
});

export interface Gpt2Options {
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Default `gelu-tanh`. */
  readonly activation?: Activation;
  /** Of the layer norms; default 1e-5. */
  readonly epsilon?: number;
  /** Factor of every layer's scores; default `1 / sqrt(dim / heads)`. */
  readonly scale?: number;
  /** Scores of layer i, counted from 1, are also divided by i; default false. */
  readonly scaleByLayer?: boolean;
  /** The token embeddings are the head; default true. */
  readonly tiedHead?: boolean;
}

const KNOWN: KnownOptions<Gpt2Options> = {
  ...DECODER_SIZES,
  activation: ACTIVATIONS,
  epsilon: 'a number',
  scale: 'a number',
  scaleByLayer: 'true or false',
  tiedHead: 'true or false',
};

/** Published sizes, their vocabulary without the tokens that a Flamingo adds. */
export const gpt2Sizes = {
  small: { dim: 768, layers: 12, heads: 12, vocabulary: 50_257, contextLength: 1024 },
  medium: { dim: 1024, layers: 24, heads: 16, vocabulary: 50_257, contextLength: 1024 },
  large: { dim: 1280, layers: 36, heads: 20, vocabulary: 50_257, contextLength: 1024 },
  xl: { dim: 1600, layers: 48, heads: 25, vocabulary: 50_257, contextLength: 1024 },
} as const satisfies Readonly<Record<string, Gpt2Options>>;

/**
 * GPT-2's decoder: learned positions, pre-norm layers, a final norm, and a head tied to the token embeddings unless told
 * otherwise. Radford et al. 2019; Hugging Face `GPT2LMHeadModel`.
 */
export function gpt2<const O extends Partial<Gpt2Options>>(
  options: CheckedOptions<'gpt2', Gpt2Options, ['heads divides dim'], O>,
): LanguageModel<LayersOf<O>, WidthOf<O>>;
export function gpt2<O extends Gpt2Options>(given: O): LanguageModel {
  const options: Gpt2Options = given;
  checkOptions(gpt2, options, ['heads divides dim'], KNOWN);
  const { dim, layers, heads, vocabulary, contextLength, inner = 4 * dim } = options;
  const { activation = 'gelu-tanh', epsilon = 1e-5, scaleByLayer = false, tiedHead = true } = options;
  const headDim = dim / heads;
  const scale = options.scale ?? 1 / Math.sqrt(headDim);
  const scaleOf = (index: number) => (scaleByLayer ? scale / (index + 1) : scale);
  const parts = {
    wte: embedding(vocabulary, dim),
    wpe: embedding(contextLength, dim),
    h: Array.from({ length: layers }, (_, index) =>
      gpt2Layer({ dim, heads, headDim, inner, activation, epsilon, scale: scaleOf(index) }),
    ),
    ln_f: layerNorm(dim, { epsilon }),
    ...(!tiedHead && { lm_head: linear(dim, vocabulary, { bias: false }) }),
  };
  return decoder({
    family: 'gpt2',
    options,
    parts,
    blocks: parts.h,
    checkpointNames: decoderNames('transformer', 'wte', { tiedHead }),
    embed: (tokens) => parts.wte(tokens),
    addPositions: (embedded, positions) => add(embedded, parts.wpe(positions)),
    layer: (block, x, { visible }, past) => block(x, visible, past.key, past.value),
    logits(x) {
      const read = parts.ln_f(x);
      return parts.lm_head?.(read) ?? tiedLogits(read, parts.wte);
    },
  });
}
