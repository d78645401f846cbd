import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import type { Olmo2Options } from '../olmo2/olmo2.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
} from '../rotary-decoder/rotary-decoder-options.ts';
import { everyLayer, WINDOWS, type WindowOptions, windowsByLayer } from '../rotary-decoder/windows.ts';

export interface Olmo3Options extends Olmo2Options, WindowOptions {
  /** The rotary base of layers with a window, where nothing scales it; default that of the others. */
  readonly localRotaryBase?: number;
}

const KNOWN: KnownOptions<Olmo3Options> = {
  ...{ ...ROTARY_DECODER, ...WINDOWS },
  attentionBias: 'true or false',
  localRotaryBase: 'a number',
};

/**
 * OLMo 3's decoder: OLMo 2's with a window in three layers of four (`fullLayers` 3, 7, … by default), in which nothing scales the
 * positions. Epsilon is 1e-5 and the rotary base 500000 unless told otherwise. OLMo Team 2025, arXiv 2512.13961; Hugging Face
 * `Olmo3ForCausalLM`.
 */
export function olmo3<const O extends Draft<Olmo3Options>>(
  options: CheckedOptions<'olmo3', Olmo3Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function olmo3<O extends Olmo3Options>(given: O): DecoderOf<Olmo3Options> {
  const options: Olmo3Options = given;
  checkOptions(olmo3, options, headRequirements(options), KNOWN);
  const { layers, epsilon = 1e-5, attentionBias = false, rotaryBase = 500_000 } = options;
  const { localRotaryBase = rotaryBase } = options;
  const windowOf = windowsByLayer(olmo3, { fullLayers: everyLayer(4, layers), ...options }, layers);
  return rotaryDecoder({
    ...{ family: 'olmo3', options: { ...options, rotaryBase }, norm: { epsilon }, normPlaces: 'after' },
    attention: { inputBias: attentionBias, outputBias: attentionBias, queryKeyNorm: 'all heads' },
    layer(index) {
      const { window } = windowOf(index);
      return window === undefined ? {} : { window, rotation: { base: localRotaryBase } };
    },
  });
}
