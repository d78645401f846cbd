import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface LlamaOptions extends RotaryDecoderOptions {
  /**
   * What the tables of cosines and sines are rounded to, as in models that were cast to float16 as a whole. Default: not.
   */
  readonly rotaryTables?: 'float16';
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
  /** Biases of the feed-forward's; default false. */
  readonly feedForwardBias?: boolean;
  /** Tokens after the vocabulary, with embeddings and rows of the head of their own; default 0. Idefics has 2 or more. */
  readonly additionalTokens?: number;
}

const KNOWN: KnownOptions<LlamaOptions> = {
  ...ROTARY_DECODER,
  rotaryTables: ['float16'],
  attentionBias: 'true or false',
  feedForwardBias: 'true or false',
  additionalTokens: 'a whole number from 0 on',
};

/** Published sizes, their vocabulary without the tokens that a Flamingo adds. */
export const llamaSizes = {
  '7b': { dim: 4096, layers: 32, heads: 32, inner: 11_008, vocabulary: 32_000, contextLength: 2048 },
  '65b': { dim: 8192, layers: 80, heads: 64, inner: 22_016, vocabulary: 32_000, contextLength: 2048 },
  '3-8b': {
    dim: 4096,
    layers: 32,
    heads: 32,
    keyValueHeads: 8,
    inner: 14_336,
    vocabulary: 128_256,
    contextLength: 8192,
    rotaryBase: 500_000,
    epsilon: 1e-5,
  },
} as const satisfies Readonly<Record<string, LlamaOptions>>;

/**
 * LLaMA's decoder: root-mean-square norms (epsilon 1e-6 unless told otherwise), rotary positions, SwiGLU, grouped heads, no
 * biases, a head of its own. Touvron et al. 2023, arXiv 2302.13971 and 2307.09288; Hugging Face `LlamaForCausalLM`.
 */
export function llama<const O extends Draft<LlamaOptions>>(
  options: CheckedOptions<'llama', LlamaOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function llama<O extends LlamaOptions>(given: O): DecoderOf<LlamaOptions> {
  const options: LlamaOptions = given;
  checkOptions(llama, options, headRequirements(options), KNOWN);
  const { attentionBias = false, feedForwardBias = false, rotaryTables, additionalTokens } = options;
  return rotaryDecoder({
    ...{ family: 'llama', options, additionalTokens },
    attention: { inputBias: attentionBias, outputBias: attentionBias },
    feedForward: { bias: feedForwardBias },
    ...(rotaryTables && { rotation: { tables: rotaryTables } }),
  });
}
