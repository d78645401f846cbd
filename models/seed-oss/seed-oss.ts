import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface SeedOssOptions extends RotaryDecoderOptions {
  /** Biases of the projections to queries, keys and values; default true. */
  readonly attentionBias?: boolean;
  /** Biases of the projection of what attention gives; default false. */
  readonly attentionOutputBias?: boolean;
  /** Biases of the feed-forward's; default false. */
  readonly feedForwardBias?: boolean;
}

const KNOWN: KnownOptions<SeedOssOptions> = {
  ...ROTARY_DECODER,
  attentionBias: 'true or false',
  attentionOutputBias: 'true or false',
  feedForwardBias: 'true or false',
};

/** The decoder of ByteDance's Seed-OSS: LLaMA's with biases of queries, keys and values. Hugging Face `SeedOssForCausalLM`. */
export function seedOss<const O extends Draft<SeedOssOptions>>(
  options: CheckedOptions<'seedOss', SeedOssOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function seedOss<O extends SeedOssOptions>(given: O): DecoderOf<SeedOssOptions> {
  const options: SeedOssOptions = given;
  checkOptions(seedOss, options, headRequirements(options), KNOWN);
  const { attentionBias = true, attentionOutputBias = false, feedForwardBias = false } = options;
  return rotaryDecoder({
    ...{ family: 'seed-oss', options },
    attention: { inputBias: attentionBias, outputBias: attentionOutputBias },
    feedForward: { bias: feedForwardBias },
  });
}
