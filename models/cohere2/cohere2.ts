import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';
import { everyLayer, WINDOWS, type WindowOptions, windowsByLayer } from '../rotary-decoder/windows.ts';

/** Layers with a window turn; in those without nothing does. */
export interface Cohere2Options extends RotaryDecoderOptions, WindowOptions {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
  /** Factor of the logits; default 0.0625. */
  readonly logitScale?: number;
}

const KNOWN: KnownOptions<Cohere2Options> = {
  ...{ ...ROTARY_DECODER, ...WINDOWS },
  attentionBias: 'true or false',
  logitScale: 'a number',
};

/**
 * The decoder of Cohere's Command R7B and Command A: Command R's, whose layers have a window, but for every fourth
 * (`fullLayers` 3, 7, … by default), which sees all and has no positions. Cohere 2025, arXiv 2504.00698; Hugging Face
 * `Cohere2ForCausalLM`.
 */
export function cohere2<const O extends Draft<Cohere2Options>>(
  options: CheckedOptions<'cohere2', Cohere2Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function cohere2<O extends Cohere2Options>(given: O): DecoderOf<Cohere2Options> {
  const options: Cohere2Options = given;
  checkOptions(cohere2, options, headRequirements(options), KNOWN);
  const { layers, epsilon = 1e-5, attentionBias = false, logitScale = 0.0625 } = options;
  const windowOf = windowsByLayer(cohere2, { fullLayers: everyLayer(4, layers), ...options }, layers);
  return rotaryDecoder({
    ...{ family: 'cohere2', options, tiedHead: true, logitScale },
    norm: { kind: 'layer', epsilon },
    normPlaces: 'shared',
    attention: { inputBias: attentionBias, outputBias: attentionBias },
    rotation: { interleaved: true },
    layer(index) {
      const kind = windowOf(index);
      return kind.window === undefined ? { rotation: 'none' } : kind;
    },
  });
}
