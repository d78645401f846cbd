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
import { WINDOWS, type WindowOptions, windowsByLayer } from '../rotary-decoder/windows.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';

/** Every layer has the window. */
export interface Starcoder2Options extends RotaryDecoderOptions, Pick<WindowOptions, 'window'> {
  /** Default `gelu-tanh`. */
  readonly activation?: Activation;
  /** Biases of attention and feed-forward; default true. */
  readonly bias?: boolean;
}

const KNOWN: KnownOptions<Starcoder2Options> = {
  ...ROTARY_DECODER,
  window: WINDOWS.window,
  activation: ACTIVATIONS,
  bias: 'true or false',
};

/**
 * StarCoder 2's decoder: layer norms, a perceptron without a gate, biases, a head that is the embeddings and epsilon 1e-5 unless
 * told otherwise. Lozhkov et al. 2024, arXiv 2402.19173; Hugging Face `Starcoder2ForCausalLM`.
 */
export function starcoder2<const O extends Draft<Starcoder2Options>>(
  options: CheckedOptions<'starcoder2', Starcoder2Options, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function starcoder2<O extends Starcoder2Options>(given: O): DecoderOf<Starcoder2Options> {
  const options: Starcoder2Options = given;
  checkOptions(starcoder2, options, headRequirements(options), KNOWN);
  const { epsilon = 1e-5, activation = 'gelu-tanh', bias = true, layers } = options;
  return rotaryDecoder({
    ...{ family: 'starcoder2', options, tiedHead: true, names },
    norm: { kind: 'layer', bias: true, epsilon },
    attention: { inputBias: bias, outputBias: bias },
    feedForward: { gated: false, activation, bias },
    layer: windowsByLayer(starcoder2, options, layers),
  });
}

/** Where `Starcoder2ForCausalLM` has other names than LLaMA. */
const names: readonly CheckpointName[] = [
  { ours: 'language.layers.*.mlp.up_proj.*', theirs: 'language.layers.*.mlp.c_fc.*' },
  { ours: 'language.layers.*.mlp.down_proj.*', theirs: 'language.layers.*.mlp.c_proj.*' },
];
