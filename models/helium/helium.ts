import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface HeliumOptions extends RotaryDecoderOptions {
  /** Biases of the projections to queries, keys and values; default false. */
  readonly attentionBias?: boolean;
  /** Biases of the feed-forward's; default false. */
  readonly feedForwardBias?: boolean;
}

const KNOWN: KnownOptions<HeliumOptions> = {
  ...ROTARY_DECODER,
  attentionBias: 'true or false',
  feedForwardBias: 'true or false',
};

/**
 * The decoder of Kyutai's Helium: LLaMA's, whose neighbouring features turn together. Epsilon is 1e-8 and the rotary base 100000 unless
 * told otherwise. Hugging Face `HeliumForCausalLM`.
 */
export function helium<const O extends Draft<HeliumOptions>>(
  options: CheckedOptions<'helium', HeliumOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function helium<O extends HeliumOptions>(given: O): DecoderOf<HeliumOptions> {
  const options: HeliumOptions = given;
  checkOptions(helium, options, headRequirements(options), KNOWN);
  const { epsilon = 1e-8, rotaryBase = 100_000, attentionBias = false, feedForwardBias = false } = options;
  return rotaryDecoder({
    ...{ family: 'helium', options: { ...options, rotaryBase }, norm: { epsilon } },
    attention: { inputBias: attentionBias },
    rotation: { interleaved: true },
    feedForward: { bias: feedForwardBias },
  });
}
