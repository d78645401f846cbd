import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface ArceeOptions extends RotaryDecoderOptions {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
  /** Biases of the feed-forward's; default false. */
  readonly feedForwardBias?: boolean;
}

const KNOWN: KnownOptions<ArceeOptions> = {
  ...ROTARY_DECODER,
  attentionBias: 'true or false',
  feedForwardBias: 'true or false',
};

/**
 * The decoder of Arcee's AFM: LLaMA's with a perceptron without a gate, of squared ReLUs. Epsilon is 1e-5 unless told otherwise.
 * Hugging Face `ArceeForCausalLM`.
 */
export function arcee<const O extends Draft<ArceeOptions>>(
  options: CheckedOptions<'arcee', ArceeOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function arcee<O extends ArceeOptions>(given: O): DecoderOf<ArceeOptions> {
  const options: ArceeOptions = given;
  checkOptions(arcee, options, headRequirements(options), KNOWN);
  const { epsilon = 1e-5 } = options;
  const { attentionBias = false, feedForwardBias = false } = options;
  return rotaryDecoder({
    ...{ family: 'arcee', options, norm: { epsilon } },
    attention: { inputBias: attentionBias, outputBias: attentionBias },
    feedForward: { gated: false, activation: 'squared-relu', bias: feedForwardBias },
  });
}
