import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface OlmoOptions extends Omit<RotaryDecoderOptions, 'epsilon'> {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
  /** Queries, keys and values are kept within this distance of 0; default not. */
  readonly clip?: number;
}

const { epsilon: _, ...ROTARY } = ROTARY_DECODER;

const KNOWN: KnownOptions<OlmoOptions> = {
  ...ROTARY,
  attentionBias: 'true or false',
  clip: 'a number',
};

/**
 * OLMo's decoder: LLaMA's with layer norms that have no parameters, whose epsilon is always 1e-5. Groeneveld et al. 2024, arXiv
 * 2402.00838; Hugging Face `OlmoForCausalLM`.
 */
export function olmo<const O extends Draft<OlmoOptions>>(
  options: CheckedOptions<'olmo', OlmoOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function olmo<O extends OlmoOptions>(given: O): DecoderOf<OlmoOptions> {
  const options: OlmoOptions = given;
  checkOptions(olmo, options, headRequirements(options), KNOWN);
  const { attentionBias = false, clip } = options;
  return rotaryDecoder({
    ...{ family: 'olmo', options },
    norm: { kind: 'layer', weight: false, epsilon: 1e-5 },
    attention: { inputBias: attentionBias, outputBias: attentionBias, clip },
  });
}
