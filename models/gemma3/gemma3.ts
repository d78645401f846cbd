import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { gemmaDecoder } from '../gemma/gemma-decoder.ts';
import type { Gemma2Options } from '../gemma2/gemma2.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
} from '../rotary-decoder/rotary-decoder-options.ts';
import { everyLayer, WINDOWS, windowsByLayer } from '../rotary-decoder/windows.ts';

export interface Gemma3Options extends Gemma2Options {
  /** The rotary base of layers with a window, where nothing scales it; default 10000. `rotaryBase` is that of the others. */
  readonly localRotaryBase?: number;
}

const KNOWN: KnownOptions<Gemma3Options> = {
  ...{ ...ROTARY_DECODER, ...WINDOWS },
  attentionBias: 'true or false',
  scale: 'a number',
  scoreSoftcap: 'a number',
  logitSoftcap: 'a number',
  localRotaryBase: 'a number',
};

/**
 * The decoder of Gemma 3's text models: Gemma 2's with norms of every head's queries and keys, and a rotary base of their own for
 * layers with a window, five of six (`fullLayers` 5, 11, … by default). Gemma Team 2025, arXiv 2503.19786; Hugging Face
 * `Gemma3ForCausalLM`.
 */
export function gemma3<const O extends Draft<Gemma3Options>>(
  options: CheckedOptions<'gemma3', Gemma3Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function gemma3<O extends Gemma3Options>(given: O): DecoderOf<Gemma3Options> {
  const options: Gemma3Options = given;
  checkOptions(gemma3, options, headRequirements(options), KNOWN);
  const { layers, scale, scoreSoftcap, logitSoftcap, localRotaryBase = 10_000 } = options;
  const shared = gemmaDecoder(options);
  const windowOf = windowsByLayer(gemma3, { fullLayers: everyLayer(6, layers), ...options }, layers);
  return rotaryDecoder({
    ...{ family: 'gemma3', options, logitSoftcap, normPlaces: 'around' },
    ...shared,
    attention: { ...shared.attention, scale, softcap: scoreSoftcap, queryKeyNorm: 'a head' },
    layer(index) {
      const { window } = windowOf(index);
      return window === undefined ? {} : { window, rotation: { base: localRotaryBase } };
    },
  });
}
