import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';
import { WINDOWS, type WindowOptions, windowsByLayer } from '../rotary-decoder/windows.ts';

export interface Qwen2Options extends RotaryDecoderOptions, WindowOptions {}

const KNOWN: KnownOptions<Qwen2Options> = { ...ROTARY_DECODER, ...WINDOWS };

/**
 * The decoder of Qwen2 and Qwen2.5: LLaMA's with biases of queries, keys and values. Yang et al. 2024, arXiv 2407.10671; Hugging
 * Face `Qwen2ForCausalLM`.
 */
export function qwen2<const O extends Draft<Qwen2Options>>(
  options: CheckedOptions<'qwen2', Qwen2Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function qwen2<O extends Qwen2Options>(given: O): DecoderOf<Qwen2Options> {
  const options: Qwen2Options = given;
  checkOptions(qwen2, options, headRequirements(options), KNOWN);
  return rotaryDecoder({
    ...{ family: 'qwen2', options },
    attention: { inputBias: true },
    layer: windowsByLayer(qwen2, options, options.layers),
  });
}
