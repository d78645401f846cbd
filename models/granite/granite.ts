import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface GraniteOptions extends RotaryDecoderOptions {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
  /** Biases of the feed-forward's; default false. */
  readonly feedForwardBias?: boolean;
  /** Factor of the attention scores; default `1 / sqrt(headDim)`. */
  readonly scale?: number;
  /** Factor of what attention and feed-forward add; default 1. */
  readonly residualScale?: number;
  /** Factor of the token embeddings; default 1. */
  readonly embeddingScale?: number;
  /** Factor of the logits; default 1. */
  readonly logitScale?: number;
}

const KNOWN: KnownOptions<GraniteOptions> = {
  ...ROTARY_DECODER,
  attentionBias: 'true or false',
  feedForwardBias: 'true or false',
  scale: 'a number',
  residualScale: 'a number',
  embeddingScale: 'a number',
  logitScale: 'a number',
};

/**
 * The decoder of IBM's Granite 3: LLaMA's with factors of embeddings, scores, residuals and logits. Hugging Face
 * `GraniteForCausalLM`.
 */
export function granite<const O extends Draft<GraniteOptions>>(
  options: CheckedOptions<'granite', GraniteOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function granite<O extends GraniteOptions>(given: O): DecoderOf<GraniteOptions> {
  const options: GraniteOptions = given;
  checkOptions(granite, options, headRequirements(options), KNOWN);
  const { attentionBias = false, feedForwardBias = false, scale } = options;
  const { residualScale, embeddingScale, logitScale } = options;
  return rotaryDecoder({
    ...{ family: 'granite', options, residualScale, embeddingScale, logitScale },
    attention: { inputBias: attentionBias, outputBias: attentionBias, scale },
    feedForward: { bias: feedForwardBias },
  });
}
