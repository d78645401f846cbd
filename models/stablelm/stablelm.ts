import {
  type CheckedOptions,
  type CheckpointName,
  checkOptions,
  type Draft,
  type KnownOptions,
} from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface StablelmOptions extends RotaryDecoderOptions {
  /** Biases of the projections to queries, keys and values; default false. */
  readonly attentionBias?: boolean;
  /** A layer norm on queries and keys, of each head by weights of its own: StableLM 2 12B has it. Default false. */
  readonly queryKeyNorm?: boolean;
  /** Attention and feed-forward both read the layer's input, by one norm; default false. */
  readonly parallelResidual?: boolean;
}

const KNOWN: KnownOptions<StablelmOptions> = {
  ...ROTARY_DECODER,
  attentionBias: 'true or false',
  queryKeyNorm: 'true or false',
  parallelResidual: 'true or false',
};

/**
 * StableLM's decoder: LLaMA's with layer norms, of whose heads a quarter turns unless told otherwise. Epsilon is 1e-5 unless told
 * otherwise. Bellagente et al. 2024, arXiv 2402.17834; Hugging Face `StableLmForCausalLM`.
 */
export function stablelm<const O extends Draft<StablelmOptions>>(
  options: CheckedOptions<'stablelm', StablelmOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function stablelm<O extends StablelmOptions>(given: O): DecoderOf<StablelmOptions> {
  const options: StablelmOptions = given;
  checkOptions(stablelm, options, headRequirements(options), KNOWN);
  const { rotaryShare = 0.25, epsilon = 1e-5, attentionBias = false } = options;
  const { queryKeyNorm = false, parallelResidual = false } = options;
  return rotaryDecoder({
    ...{ family: 'stablelm', options: { ...options, rotaryShare }, names },
    norm: { kind: 'layer', bias: true, epsilon },
    normPlaces: parallelResidual ? 'shared' : 'before',
    attention: { inputBias: attentionBias, queryKeyNorm: queryKeyNorm ? 'own apart' : undefined },
  });
}

/** Where `StableLmForCausalLM` has other names than LLaMA. */
const names: readonly CheckpointName[] = ['q', 'k'].map((each) => ({
  ours: `language.layers.*.self_attn.${each}_norm.*`,
  theirs: `language.layers.*.self_attn.${each}_layernorm.*`,
}));
