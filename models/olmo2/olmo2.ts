import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface Olmo2Options extends RotaryDecoderOptions {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
}

const KNOWN: KnownOptions<Olmo2Options> = { ...ROTARY_DECODER, attentionBias: 'true or false' };

/**
 * OLMo 2's decoder: LLaMA's with norms after attention and feed-forward in the place of those before, and norms of queries and
 * keys of all heads together. Epsilon is 1e-5 unless told otherwise. OLMo Team 2024, arXiv 2501.00656; Hugging Face
 * `Olmo2ForCausalLM`.
 */
export function olmo2<const O extends Draft<Olmo2Options>>(
  options: CheckedOptions<'olmo2', Olmo2Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function olmo2<O extends Olmo2Options>(given: O): DecoderOf<Olmo2Options> {
  const options: Olmo2Options = given;
  checkOptions(olmo2, options, headRequirements(options), KNOWN);
  const { epsilon = 1e-5, attentionBias = false } = options;
  return rotaryDecoder({
    ...{ family: 'olmo2', options, norm: { epsilon }, normPlaces: 'after' },
    attention: { inputBias: attentionBias, outputBias: attentionBias, queryKeyNorm: 'all heads' },
  });
}
