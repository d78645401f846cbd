import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';
import { WINDOWS, type WindowOptions, windowsByLayer } from '../rotary-decoder/windows.ts';

/** Every layer has the window but for `fullLayers`. */
export interface MinistralOptions extends RotaryDecoderOptions, WindowOptions {}

const KNOWN: KnownOptions<MinistralOptions> = { ...ROTARY_DECODER, ...WINDOWS };

/**
 * The decoder of Ministral 8B: Mistral's, some of whose layers may see all. Hugging Face `MinistralForCausalLM`.
 */
export function ministral<const O extends Draft<MinistralOptions>>(
  options: CheckedOptions<'ministral', MinistralOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function ministral<O extends MinistralOptions>(given: O): DecoderOf<MinistralOptions> {
  const options: MinistralOptions = given;
  checkOptions(ministral, options, headRequirements(options), KNOWN);
  return rotaryDecoder({
    ...{ family: 'ministral', options },
    layer: windowsByLayer(ministral, options, options.layers),
  });
}
