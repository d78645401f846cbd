import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';
import {
  everyLayer,
  requireLayers,
  WINDOWS,
  type WindowOptions,
  windowsByLayer,
} from '../rotary-decoder/windows.ts';

export interface Smollm3Options extends RotaryDecoderOptions, WindowOptions {
  /** The layers in which nothing turns, by their indices from 0; default every fourth. */
  readonly unrotatedLayers?: readonly number[];
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
  /** Biases of the feed-forward's; default false. */
  readonly feedForwardBias?: boolean;
}

const KNOWN: KnownOptions<Smollm3Options> = {
  ...{ ...ROTARY_DECODER, ...WINDOWS },
  unrotatedLayers: 'a list of whole numbers from 0 on',
  attentionBias: 'true or false',
  feedForwardBias: 'true or false',
};

/**
 * SmolLM3's decoder: LLaMA's with layers in which queries and keys do not turn, and a head that is the embeddings unless told
 * otherwise. Bakouch et al. 2025; Hugging Face `SmolLM3ForCausalLM`.
 */
export function smollm3<const O extends Draft<Smollm3Options>>(
  options: CheckedOptions<'smollm3', Smollm3Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function smollm3<O extends Smollm3Options>(given: O): DecoderOf<Smollm3Options> {
  const options: Smollm3Options = given;
  checkOptions(smollm3, options, headRequirements(options), KNOWN);
  const { layers, attentionBias = false, feedForwardBias = false } = options;
  const { unrotatedLayers = everyLayer(4, layers) } = options;
  requireLayers(smollm3, 'unrotatedLayers', unrotatedLayers, layers);
  const windowOf = windowsByLayer(smollm3, options, layers);
  return rotaryDecoder({
    ...{ family: 'smollm3', options, tiedHead: true },
    attention: { inputBias: attentionBias, outputBias: attentionBias },
    feedForward: { bias: feedForwardBias },
    layer: (index) => ({
      ...windowOf(index),
      ...(unrotatedLayers.includes(index) && { rotation: 'none' }),
    }),
  });
}
