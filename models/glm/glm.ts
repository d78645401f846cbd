import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface GlmOptions extends RotaryDecoderOptions {
  /** Biases of the projections to queries, keys and values; default true. */
  readonly attentionBias?: boolean;
}

const KNOWN: KnownOptions<GlmOptions> = {
  ...ROTARY_DECODER,
  attentionBias: 'true or false',
};

/**
 * GLM-4's decoder: LLaMA's with one weight for the gate and what it closes, heads of which half the features turn, neighbours
 * together, and epsilon 1.5625e-7 unless told otherwise. GLM Team 2024, arXiv 2406.12793; Hugging Face `GlmForCausalLM`.
 */
export function glm<const O extends Draft<GlmOptions>>(
  options: CheckedOptions<'glm', GlmOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function glm<O extends GlmOptions>(given: O): DecoderOf<GlmOptions> {
  const options: GlmOptions = given;
  checkOptions(glm, options, headRequirements(options), KNOWN);
  const { rotaryShare = 0.5, epsilon = 1.5625e-7, attentionBias = true } = options;
  return rotaryDecoder({
    ...{ family: 'glm', options: { ...options, rotaryShare }, norm: { epsilon } },
    attention: { inputBias: attentionBias },
    rotation: { interleaved: true },
    feedForward: { packed: true },
  });
}
