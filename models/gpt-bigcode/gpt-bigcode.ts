import {
  add,
  attention,
  block,
  type CheckedOptions,
  checkOptions,
  embedding,
  type KnownOptions,
  layerNorm,
  linear,
  product,
  sum,
} from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation, activations } from '../shared/activation.ts';
import { decoder, tiedLogits } from '../shared/decoder.ts';
import { decoderNames } from '../shared/decoder-names.ts';
import { DECODER_SIZES } from '../shared/decoder-sizes.ts';
import { fusedHeads } from '../shared/fused-heads.ts';
import type { LanguageModel, LayersOf } from '../shared/language-model.ts';
import type { WidthOf } from '../shared/vision-encoder.ts';

interface GptBigcodeLayerOptions {
  readonly activation: Activation;
  readonly epsilon: number;
  readonly scale: number;
}

/** Pre-norm self-attention, then a two-layer perceptron; both residual, all with biases; parts as in transformers. */
const gptBigcodeLayer = block('GptBigcodeLayer', {
  sizes: ['dim', 'heads', 'keyValueHeads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch keyValueHeads past headDim',
    'batch keyValueHeads past headDim',
  ],
  gives: ['batch text dim', 'batch keyValueHeads text headDim', 'batch keyValueHeads text headDim'],
  parts: ({ dim, heads, keyValueHeads, headDim, inner }, { epsilon }: GptBigcodeLayerOptions) => {
    const [queries, keys] = [product(heads, headDim), product(keyValueHeads, headDim)];
    return {
      ln_1: layerNorm(dim, { epsilon }),
      attn: { c_attn: linear(dim, sum(queries, keys, keys)), c_proj: linear(queries, dim) },
      ln_2: layerNorm(dim, { epsilon }),
      mlp: { c_fc: linear(dim, inner), c_proj: linear(inner, dim) },
    };
  },
  forward: ({ parts, sizes, options }, x, visible, pastKey, pastValue) => {
    const { heads, keyValueHeads, headDim } = sizes;
    const projected = parts.attn.c_attn(parts.ln_1(x));
    const [query, key, value] = fusedHeads(projected, { heads, groups: keyValueHeads, headDim });
    const attended = attention(query, key, value, {
      ...{ heads, keyValueHeads, mask: visible, scale: options.scale },
      past: { key: pastKey, value: pastValue },
    });
    const first = add(x, parts.attn.c_proj(attended.result));
    const second = parts.mlp.c_proj(activations[options.activation](parts.mlp.c_fc(parts.ln_2(first))));
    return [add(first, second), attended.newKey, attended.newValue];
  },
});

export interface GptBigcodeOptions {
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** All heads share one key and one value; default true. */
  readonly multiQuery?: boolean;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Default `gelu-tanh`. */
  readonly activation?: Activation;
  /** Of the layer norms; default 1e-5. */
  readonly epsilon?: number;
  /** Factor of the scores; default `1 / sqrt(dim / heads)`. */
  readonly scale?: number;
  /** The token embeddings are the head; default true. */
  readonly tiedHead?: boolean;
}

const KNOWN: KnownOptions<GptBigcodeOptions> = {
  ...DECODER_SIZES,
  multiQuery: 'true or false',
  activation: ACTIVATIONS,
  epsilon: 'a number',
  scale: 'a number',
  tiedHead: 'true or false',
};

/**
 * The decoder of SantaCoder and StarCoder: GPT-2's, all of whose heads share one key and one value. Ben Allal et al. 2023, arXiv
 * 2301.03988; Hugging Face `GPTBigCodeForCausalLM`.
 */
export function gptBigcode<const O extends Partial<GptBigcodeOptions>>(
  options: CheckedOptions<'gptBigcode', GptBigcodeOptions, ['heads divides dim'], O>,
): LanguageModel<LayersOf<O>, WidthOf<O>>;
export function gptBigcode<O extends GptBigcodeOptions>(given: O): LanguageModel {
  const options: GptBigcodeOptions = given;
  checkOptions(gptBigcode, options, ['heads divides dim'], KNOWN);
  const { dim, layers, heads, vocabulary, contextLength, inner = 4 * dim, multiQuery = true } = options;
  const { activation = 'gelu-tanh', epsilon = 1e-5, tiedHead = true } = options;
  const headDim = dim / heads;
  const keyValueHeads = multiQuery ? 1 : heads;
  const { scale = 1 / Math.sqrt(headDim) } = options;
  const parts = {
    wte: embedding(vocabulary, dim),
    wpe: embedding(contextLength, dim),
    h: Array.from({ length: layers }, () =>
      gptBigcodeLayer({ dim, heads, keyValueHeads, headDim, inner, activation, epsilon, scale }),
    ),
    ln_f: layerNorm(dim, { epsilon }),
    ...(!tiedHead && { lm_head: linear(dim, vocabulary, { bias: false }) }),
  };
  return decoder({
    ...{ family: 'gpt-bigcode', options, parts, blocks: parts.h, keyValueHeads },
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
