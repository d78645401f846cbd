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
export interface Phi3Options extends RotaryDecoderOptions, Pick<WindowOptions, 'window'> {}

const KNOWN: KnownOptions<Phi3Options> = { ...ROTARY_DECODER, window: WINDOWS.window };

/**
 * The decoder of Phi-3 and Phi-4: LLaMA's with one weight for queries, keys and values, and one for the gate and what it closes.
 * Epsilon is 1e-5 unless told otherwise. Abdin et al. 2024, arXiv 2404.14219; Hugging Face `Phi3ForCausalLM`.
 */
export function phi3<const O extends Draft<Phi3Options>>(
  options: CheckedOptions<'phi3', Phi3Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function phi3<O extends Phi3Options>(given: O): DecoderOf<Phi3Options> {
  const options: Phi3Options = given;
  checkOptions(phi3, options, headRequirements(options), KNOWN);
  const { epsilon = 1e-5, layers } = options;
  return rotaryDecoder({
    ...{ family: 'phi3', options, norm: { epsilon } },
    attention: { packed: true },
    feedForward: { packed: true },
    layer: windowsByLayer(phi3, options, layers),
  });
}
