import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';
import { requireLayers, WINDOWS, type WindowOptions, windowsByLayer } from '../rotary-decoder/windows.ts';

export interface Exaone4Options extends RotaryDecoderOptions, WindowOptions {
  /** The layers in which nothing turns, by their indices from 0; default none. Published: `fullLayers`, where there are windows. */
  readonly unrotatedLayers?: readonly number[];
}

const KNOWN: KnownOptions<Exaone4Options> = {
  ...{ ...ROTARY_DECODER, ...WINDOWS },
  unrotatedLayers: 'a list of whole numbers from 0 on',
};

/**
 * EXAONE 4's decoder: LLaMA's with norms after attention and feed-forward in the place of those before, norms of every head's
 * queries and keys, and layers without a window, in which nothing turns. Epsilon is 1e-5 unless told otherwise. LG AI Research 2025,
 * arXiv 2507.11407; Hugging Face `Exaone4ForCausalLM`.
 */
export function exaone4<const O extends Draft<Exaone4Options>>(
  options: CheckedOptions<'exaone4', Exaone4Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function exaone4<O extends Exaone4Options>(given: O): DecoderOf<Exaone4Options> {
  const options: Exaone4Options = given;
  checkOptions(exaone4, options, headRequirements(options), KNOWN);
  const { layers, epsilon = 1e-5, unrotatedLayers = [] } = options;
  requireLayers(exaone4, 'unrotatedLayers', unrotatedLayers, layers);
  const windowOf = windowsByLayer(exaone4, options, layers);
  return rotaryDecoder({
    ...{ family: 'exaone4', options, norm: { epsilon }, normPlaces: 'after' },
    attention: { queryKeyNorm: 'a head' },
    layer: (index) => ({
      ...windowOf(index),
      ...(unrotatedLayers.includes(index) && { rotation: 'none' }),
    }),
  });
}
