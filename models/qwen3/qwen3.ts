import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';
import { WINDOWS, type WindowOptions, windowsByLayer } from '../rotary-decoder/windows.ts';

export interface Qwen3Options extends RotaryDecoderOptions, WindowOptions {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
}

const KNOWN: KnownOptions<Qwen3Options> = { ...ROTARY_DECODER, ...WINDOWS, attentionBias: 'true or false' };

/**
 * Qwen3's decoder: LLaMA's with norms of every head's queries and keys. Yang et al. 2025, arXiv 2505.09388; Hugging Face
 * `Qwen3ForCausalLM`.
 */
export function qwen3<const O extends Draft<Qwen3Options>>(
  options: CheckedOptions<'qwen3', Qwen3Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function qwen3<O extends Qwen3Options>(given: O): DecoderOf<Qwen3Options> {
  const options: Qwen3Options = given;
  checkOptions(qwen3, options, headRequirements(options), KNOWN);
  const { attentionBias = false } = options;
  return rotaryDecoder({
    ...{ family: 'qwen3', options },
    attention: { inputBias: attentionBias, outputBias: attentionBias, queryKeyNorm: 'a head' },
    layer: windowsByLayer(qwen3, options, options.layers),
  });
}
