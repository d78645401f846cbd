import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface NemotronOptions extends RotaryDecoderOptions {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
  /** Biases of the feed-forward's; default false. */
  readonly feedForwardBias?: boolean;
}

const KNOWN: KnownOptions<NemotronOptions> = {
  ...ROTARY_DECODER,
  attentionBias: 'true or false',
  feedForwardBias: 'true or false',
};

/**
 * The decoder of NVIDIA's Nemotron-4, and Minitron: layer norms whose weights count from 1, a perceptron without a gate, of squared
 * ReLUs, and heads of which half turns unless told otherwise. Epsilon is 1e-5 unless told otherwise. Parmar et al. 2024,
 * arXiv 2402.16819; Hugging Face `NemotronForCausalLM`.
 */
export function nemotron<const O extends Draft<NemotronOptions>>(
  options: CheckedOptions<'nemotron', NemotronOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function nemotron<O extends NemotronOptions>(given: O): DecoderOf<NemotronOptions> {
  const options: NemotronOptions = given;
  checkOptions(nemotron, options, headRequirements(options), KNOWN);
  const { rotaryShare = 0.5, epsilon = 1e-5 } = options;
  const { attentionBias = false, feedForwardBias = false } = options;
  return rotaryDecoder({
    ...{ family: 'nemotron', options: { ...options, rotaryShare } },
    norm: { kind: 'layer', bias: true, weightOffset: 1, epsilon },
    attention: { inputBias: attentionBias, outputBias: attentionBias },
    feedForward: { gated: false, activation: 'squared-relu', bias: feedForwardBias },
  });
}
