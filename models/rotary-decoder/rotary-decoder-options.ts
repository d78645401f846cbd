import type { KnownOptions, RotaryScaling } from '../../dsl/index.ts';
import { DECODER_SIZES } from '../shared/decoder-sizes.ts';

/** The options that every family of decoders with rotary positions and gated feed-forwards has. */
export interface RotaryDecoderOptions {
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values, which divide the heads; default as many. */
  readonly keyValueHeads?: number;
  /** Default `dim / heads`. */
  readonly headDim?: number;
  /** Width of the feed-forward. */
  readonly inner: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Default 10000. */
  readonly rotaryBase?: number;
  readonly rotaryScaling?: RotaryScaling;
  /** The part of each head's features that turn; default 1. */
  readonly rotaryShare?: number;
  /** Of the norms; default 1e-6, or what the family says. */
  readonly epsilon?: number;
  /** The head is the token embeddings; default false, or what the family says. */
  readonly tiedHead?: boolean;
}

/** What they may be: a part of each family's table of options. */
export const ROTARY_DECODER: KnownOptions<RotaryDecoderOptions> = {
  ...DECODER_SIZES,
  keyValueHeads: 'a whole number from 1 on',
  headDim: 'a whole number from 1 on',
  rotaryBase: 'a number',
  rotaryScaling: {
    kind: ['linear', 'llama3', 'yarn', 'longrope'],
    factor: 'a number',
    lowFrequencyFactor: 'a number',
    highFrequencyFactor: 'a number',
    originalContext: 'a number',
    fastTurns: 'a number',
    slowTurns: 'a number',
    wholePairs: 'true or false',
    magnitude: 'a number',
    factors: 'a list of numbers',
  },
  rotaryShare: 'a number',
  epsilon: 'a number',
  tiedHead: 'true or false',
};

/** The width need not be that of all heads together where the heads have a width of their own. */
export type HeadRequirements<O> = O extends { readonly headDim: number }
  ? ['keyValueHeads divides heads']
  : ['heads divides dim', 'keyValueHeads divides heads'];

/** The same, for run time. */
export function headRequirements({ headDim }: Pick<RotaryDecoderOptions, 'headDim'>) {
  const evenHeads = headDim === undefined ? (['heads divides dim'] as const) : [];
  return [...evenHeads, 'keyValueHeads divides heads'] as const;
}
