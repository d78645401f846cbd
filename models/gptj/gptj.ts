import {
  type CheckedOptions,
  type CheckpointName,
  checkOptions,
  type Draft,
  type KnownOptions,
} from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';
import { DECODER_SIZES } from '../shared/decoder-sizes.ts';

export interface GptjOptions {
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Features of each head that turn, an even number; default 64, GPT-J-6B's. */
  readonly rotaryDim?: number;
  /** Default `gelu-tanh`. */
  readonly activation?: Activation;
  /** Of the layer norms; default 1e-5. */
  readonly epsilon?: number;
  /** The token embeddings are the head's weight; default false. */
  readonly tiedHead?: boolean;
}

const KNOWN: KnownOptions<GptjOptions> = {
  ...DECODER_SIZES,
  rotaryDim: 'a whole number from 1 on',
  activation: ACTIVATIONS,
  epsilon: 'a number',
  tiedHead: 'true or false',
};

/**
 * GPT-J's decoder: neighbouring features of each head turn together, some of them; attention and a perceptron read the same
 * by one layer norm and are added together; a head of its own with biases. Wang and Komatsuzaki 2021; Hugging Face
 * `GPTJForCausalLM`.
 */
export function gptj<const O extends Draft<GptjOptions>>(
  options: CheckedOptions<'gptj', GptjOptions, ['heads divides dim'], O>,
): DecoderOf<O>;
export function gptj<O extends GptjOptions>(given: O): DecoderOf<GptjOptions> {
  const options: GptjOptions = given;
  checkOptions(gptj, options, ['heads divides dim'], KNOWN);
  const { inner = 4 * options.dim, epsilon = 1e-5, activation = 'gelu-tanh', rotaryDim = 64 } = options;
  return rotaryDecoder({
    ...{ family: 'gptj', options: { ...options, inner }, headBias: true, names },
    norm: { kind: 'layer', bias: true, epsilon },
    normPlaces: 'shared',
    rotation: { dim: rotaryDim, interleaved: true },
    feedForward: { gated: false, activation, bias: true },
  });
}

/** `GPTJForCausalLM` and the bare `GPTJModel`. */
const names: readonly CheckpointName[] = [
  { ours: 'language.embed_tokens.*', theirs: 'language.wte.*' },
  { ours: 'language.layers.*.input_layernorm.*', theirs: 'language.h.*.ln_1.*' },
  { ours: 'language.layers.*.self_attn.o_proj.*', theirs: 'language.h.*.attn.out_proj.*' },
  ...['q_proj', 'k_proj', 'v_proj'].map((each) => ({
    ours: `language.layers.*.self_attn.${each}.*`,
    theirs: `language.h.*.attn.${each}.*`,
  })),
  { ours: 'language.layers.*.mlp.up_proj.*', theirs: 'language.h.*.mlp.fc_in.*' },
  { ours: 'language.layers.*.mlp.down_proj.*', theirs: 'language.h.*.mlp.fc_out.*' },
  { ours: 'language.norm.*', theirs: 'language.ln_f.*' },
  { ours: 'language.*', theirs: 'transformer.*' },
];
