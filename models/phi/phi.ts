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
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';

export interface PhiOptions extends RotaryDecoderOptions {
  /** Default `gelu-tanh`. */
  readonly activation?: Activation;
  /** A layer norm on the queries and on the keys of every head; default false. */
  readonly queryKeyNorm?: boolean;
}

const KNOWN: KnownOptions<PhiOptions> = {
  ...ROTARY_DECODER,
  activation: ACTIVATIONS,
  queryKeyNorm: 'true or false',
};

/**
 * The decoder of Phi-1, Phi-1.5 and Phi-2: attention and a perceptron read the same by one layer norm and are added together,
 * half of each head turns unless told otherwise, everything has biases, the head too. Epsilon is 1e-5 unless told otherwise. Li
 * et al. 2023, arXiv 2309.05463; Hugging Face `PhiForCausalLM`.
 */
export function phi<const O extends Draft<PhiOptions>>(
  options: CheckedOptions<'phi', PhiOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function phi<O extends PhiOptions>(given: O): DecoderOf<PhiOptions> {
  const options: PhiOptions = given;
  checkOptions(phi, options, headRequirements(options), KNOWN);
  const { rotaryShare = 0.5, epsilon = 1e-5, activation = 'gelu-tanh', queryKeyNorm = false } = options;
  return rotaryDecoder({
    ...{ family: 'phi', options: { ...options, rotaryShare }, headBias: true, names },
    norm: { kind: 'layer', bias: true, epsilon },
    normPlaces: 'shared',
    attention: { inputBias: true, outputBias: true, queryKeyNorm: queryKeyNorm ? 'a head' : undefined },
    feedForward: { gated: false, activation, bias: true },
  });
}

/** Where `PhiForCausalLM` has other names than LLaMA. */
const names: readonly CheckpointName[] = [
  { ours: 'language.layers.*.self_attn.o_proj.*', theirs: 'language.layers.*.self_attn.dense.*' },
  ...['q', 'k'].map((each) => ({
    ours: `language.layers.*.self_attn.${each}_norm.*`,
    theirs: `language.layers.*.self_attn.${each}_layernorm.*`,
  })),
  { ours: 'language.layers.*.mlp.up_proj.*', theirs: 'language.layers.*.mlp.fc1.*' },
  { ours: 'language.layers.*.mlp.down_proj.*', theirs: 'language.layers.*.mlp.fc2.*' },
  { ours: 'language.norm.*', theirs: 'language.final_layernorm.*' },
];
