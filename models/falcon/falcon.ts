import {
  type CheckedOptions,
  checkOptions,
  type Draft,
  embedding,
  type KnownOptions,
  layerNorm,
  linear,
  type RotaryScaling,
} from '../../dsl/index.ts';
import { ROTARY_DECODER } from '../rotary-decoder/rotary-decoder-options.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';
import { decoder, tiedLogits } from '../shared/decoder.ts';
import { decoderNames } from '../shared/decoder-names.ts';
import { DECODER_SIZES } from '../shared/decoder-sizes.ts';
import type { LanguageModel, LayersOf } from '../shared/language-model.ts';
import type { WidthOf } from '../shared/vision-encoder.ts';
import { FALCON_RESIDUALS, type FalconResidual, falconLayer } from './falcon-layer.ts';
import { roundedAlibi } from './rounded-alibi.ts';

export interface FalconOptions {
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Heads of keys and values, which divide the heads; default 1, Falcon-7B's. */
  readonly keyValueHeads?: number;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /**
   * Attention and perceptron read the layer's input by one norm (`parallel`, Falcon-7B) or by one each
   * (`parallel-own-norms`, Falcon-40B), or follow each other (`in-turn`, Falcon-RW). Default `parallel`.
   */
  readonly residual?: FalconResidual;
  /** Biases on the scores in the place of rotary positions: Falcon-RW has them. Default false. */
  readonly alibi?: boolean;
  /** Default 10000. */
  readonly rotaryBase?: number;
  readonly rotaryScaling?: RotaryScaling;
  /** Biases of attention and perceptron; default false. */
  readonly bias?: boolean;
  /** Default `gelu`. */
  readonly activation?: Activation;
  /** Of the layer norms; default 1e-5. */
  readonly epsilon?: number;
  /** The token embeddings are the head; default true. */
  readonly tiedHead?: boolean;
}

const KNOWN: KnownOptions<FalconOptions> = {
  ...DECODER_SIZES,
  keyValueHeads: 'a whole number from 1 on',
  residual: FALCON_RESIDUALS,
  alibi: 'true or false',
  rotaryBase: 'a number',
  rotaryScaling: ROTARY_DECODER.rotaryScaling,
  bias: 'true or false',
  activation: ACTIVATIONS,
  epsilon: 'a number',
  tiedHead: 'true or false',
};

/**
 * Falcon's decoder, of any of its generations: layer norms, heads that share keys and values, rotary positions or ALiBi, attention
 * and perceptron side by side or in turn. Almazrouei et al. 2023, arXiv 2311.16867; Hugging Face
 * `FalconForCausalLM`, once `RWForCausalLM`.
 */
export function falcon<const O extends Draft<FalconOptions>>(
  options: CheckedOptions<'falcon', FalconOptions, ['heads divides dim', 'keyValueHeads divides heads'], O>,
): LanguageModel<LayersOf<O>, WidthOf<O>>;
export function falcon<O extends FalconOptions>(given: O): LanguageModel {
  const options: FalconOptions = given;
  checkOptions(falcon, options, ['heads divides dim', 'keyValueHeads divides heads'], KNOWN);
  const { dim, layers, heads, keyValueHeads = 1, vocabulary, contextLength, inner = 4 * dim } = options;
  const { residual = 'parallel', alibi = false, bias = false, activation = 'gelu' } = options;
  const { rotaryBase = 10_000, rotaryScaling, epsilon = 1e-5, tiedHead = true } = options;
  const headDim = dim / heads;
  const rotation = { base: rotaryBase, ...(rotaryScaling && { scaling: rotaryScaling }) };
  const layer = { residual, bias, activation, epsilon, rotation: alibi ? undefined : rotation };
  const biases = alibi ? roundedAlibi(heads, contextLength, 1 / Math.sqrt(headDim)) : undefined;
  const parts = {
    word_embeddings: embedding(vocabulary, dim),
    h: Array.from({ length: layers }, () =>
      falconLayer({ dim, heads, keyValueHeads, headDim, inner, ...layer }),
    ),
    ln_f: layerNorm(dim, { epsilon }),
    ...(!tiedHead && { lm_head: linear(dim, vocabulary, { bias: false }) }),
  };
  return decoder({
    ...{ family: 'falcon', options, parts, blocks: parts.h, keyValueHeads },
    checkpointNames: decoderNames('transformer', 'word_embeddings', { tiedHead }),
    embed: (tokens) => parts.word_embeddings(tokens),
    layer: (block, x, { visible, positions, keyPositions }, past) =>
      block(x, visible, positions, past.key, past.value, biases?.(keyPositions)),
    logits(x) {
      const read = parts.ln_f(x);
      return parts.lm_head?.(read) ?? tiedLogits(read, parts.word_embeddings);
    },
  });
}
