import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface Ernie45Options extends RotaryDecoderOptions {
  /** Biases of attention and feed-forward; default false. */
  readonly bias?: boolean;
}

const KNOWN: KnownOptions<Ernie45Options> = { ...ROTARY_DECODER, bias: 'true or false' };

/**
 * The decoder of Baidu's ERNIE 4.5 (not the mixtures of experts): LLaMA's, whose neighbouring features turn together, and whose head is
 * the embeddings unless told otherwise. Epsilon is 1e-5 and the rotary base 500000 unless told otherwise. Hugging Face
 * `Ernie4_5ForCausalLM`.
 */
export function ernie45<const O extends Draft<Ernie45Options>>(
  options: CheckedOptions<'ernie45', Ernie45Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function ernie45<O extends Ernie45Options>(given: O): DecoderOf<Ernie45Options> {
  const options: Ernie45Options = given;
  checkOptions(ernie45, options, headRequirements(options), KNOWN);
  const { epsilon = 1e-5, rotaryBase = 500_000, bias = false } = options;
  return rotaryDecoder({
    ...{ family: 'ernie45', options: { ...options, rotaryBase }, tiedHead: true, norm: { epsilon } },
    attention: { inputBias: bias, outputBias: bias },
    rotation: { interleaved: true },
    feedForward: { bias },
  });
}
