import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';
import { WINDOWS, type WindowOptions, windowsByLayer } from '../rotary-decoder/windows.ts';

/** Every layer has the window. */
export interface MistralOptions extends RotaryDecoderOptions, Pick<WindowOptions, 'window'> {}

const KNOWN: KnownOptions<MistralOptions> = { ...ROTARY_DECODER, window: WINDOWS.window };

/**
 * Mistral's decoder: LLaMA's, of whose tokens each may see a window of those before. Jiang et al. 2023, arXiv 2310.06825;
 * Hugging Face `MistralForCausalLM`.
 */
export function mistral<const O extends Draft<MistralOptions>>(
  options: CheckedOptions<'mistral', MistralOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function mistral<O extends MistralOptions>(given: O): DecoderOf<MistralOptions> {
  const options: MistralOptions = given;
  checkOptions(mistral, options, headRequirements(options), KNOWN);
  return rotaryDecoder({
    ...{ family: 'mistral', options },
    layer: windowsByLayer(mistral, options, options.layers),
  });
}
