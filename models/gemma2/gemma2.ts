import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type GemmaDecoderOptions, gemmaDecoder } from '../gemma/gemma-decoder.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
} from '../rotary-decoder/rotary-decoder-options.ts';
import { everyLayer, WINDOWS, type WindowOptions, windowsByLayer } from '../rotary-decoder/windows.ts';

export interface Gemma2Options extends GemmaDecoderOptions, WindowOptions {
  /** Factor of the attention scores; default `1 / sqrt(headDim)`. */
  readonly scale?: number;
  /** Attention scores are kept within this distance of 0; default not. */
  readonly scoreSoftcap?: number;
  /** Logits are, too; default not. */
  readonly logitSoftcap?: number;
}

const KNOWN: KnownOptions<Gemma2Options> = {
  ...{ ...ROTARY_DECODER, ...WINDOWS },
  attentionBias: 'true or false',
  scale: 'a number',
  scoreSoftcap: 'a number',
  logitSoftcap: 'a number',
};

/**
 * Gemma 2's decoder: Gemma's with norms before and after attention and feed-forward, capped scores and logits, and, where there
 * is a `window`, full layers in turn with those that have it (`fullLayers` 1, 3, … by default). Gemma Team 2024, arXiv
 * 2408.00118; Hugging Face `Gemma2ForCausalLM`.
 */
export function gemma2<const O extends Draft<Gemma2Options>>(
  options: CheckedOptions<'gemma2', Gemma2Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function gemma2<O extends Gemma2Options>(given: O): DecoderOf<Gemma2Options> {
  const options: Gemma2Options = given;
  checkOptions(gemma2, options, headRequirements(options), KNOWN);
  const { layers, scale, scoreSoftcap, logitSoftcap } = options;
  const shared = gemmaDecoder(options);
  return rotaryDecoder({
    ...{ family: 'gemma2', options, logitSoftcap, normPlaces: 'around' },
    ...shared,
    attention: { ...shared.attention, scale, softcap: scoreSoftcap },
    layer: windowsByLayer(gemma2, { fullLayers: everyLayer(2, layers), ...options }, layers),
  });
}
