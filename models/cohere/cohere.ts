import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface CohereOptions extends RotaryDecoderOptions {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
  /** A layer norm on queries and keys, of each head by weights of its own: Command R+ has it. Default false. */
  readonly queryKeyNorm?: boolean;
  /** Factor of the logits; default 0.0625. */
  readonly logitScale?: number;
}

const KNOWN: KnownOptions<CohereOptions> = {
  ...ROTARY_DECODER,
  attentionBias: 'true or false',
  queryKeyNorm: 'true or false',
  logitScale: 'a number',
};

/**
 * The decoder of Cohere's Command R and R+: layer norms without biases, by one of which attention and feed-forward read the same, heads
 * whose neighbouring features turn together, a head that is the embeddings and epsilon 1e-5 unless told otherwise. Hugging Face
 * `CohereForCausalLM`.
 */
export function cohere<const O extends Draft<CohereOptions>>(
  options: CheckedOptions<'cohere', CohereOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function cohere<O extends CohereOptions>(given: O): DecoderOf<CohereOptions> {
  const options: CohereOptions = given;
  checkOptions(cohere, options, headRequirements(options), KNOWN);
  const { epsilon = 1e-5, attentionBias = false, queryKeyNorm = false, logitScale = 0.0625 } = options;
  return rotaryDecoder({
    ...{ family: 'cohere', options, tiedHead: true, logitScale },
    norm: { kind: 'layer', epsilon },
    normPlaces: 'shared',
    attention: {
      ...{ inputBias: attentionBias, outputBias: attentionBias },
      queryKeyNorm: queryKeyNorm ? 'own' : undefined,
    },
    rotation: { interleaved: true },
  });
}
