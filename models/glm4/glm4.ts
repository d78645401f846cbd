import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import type { GlmOptions } from '../glm/glm.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface Glm4Options extends GlmOptions {}

const KNOWN: KnownOptions<Glm4Options> = {
  ...ROTARY_DECODER,
  attentionBias: 'true or false',
};

/**
 * The decoder of GLM-4-0414 and GLM-Z1: GLM-4's with norms of what attention and feed-forward add, beside those before them. Epsilon
 * is 1.5625e-7 unless told otherwise. GLM Team 2024, arXiv 2406.12793; Hugging Face `Glm4ForCausalLM`.
 */
export function glm4<const O extends Draft<Glm4Options>>(
  options: CheckedOptions<'glm4', Glm4Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function glm4<O extends Glm4Options>(given: O): DecoderOf<Glm4Options> {
  const options: Glm4Options = given;
  checkOptions(glm4, options, headRequirements(options), KNOWN);
  const { rotaryShare = 0.5, epsilon = 1.5625e-7, attentionBias = true } = options;
  return rotaryDecoder({
    ...{ family: 'glm4', options: { ...options, rotaryShare }, norm: { epsilon }, normPlaces: 'wrapped' },
    attention: { inputBias: attentionBias },
    rotation: { interleaved: true },
    feedForward: { packed: true },
  });
}
