import type { Activation } from '../shared/activation.ts';
import type { InsertionRule } from './insertion.ts';

/** What the paper and its reimplementations do differently; every field can be set on its own in `flamingo({...})`. */
export interface ConventionDefaults {
  readonly insertion: InsertionRule;
  /** Of the resampler's and the cross-attention blocks' feed-forward. */
  readonly activation: Activation;
  /** Heads and head width of the cross-attention; `'language'` copies the language model's. */
  readonly crossAttention: { readonly heads: number; readonly headDim: number } | 'language';
  readonly resampler: {
    readonly depth: number;
    readonly heads: number;
    readonly headDim: number;
    readonly latents: number;
    /** A layer norm on the finished latents. */
    readonly finalNorm: boolean;
    /** Learned temporal embeddings, one a frame; none for still images only. */
    readonly maxFrames: number | undefined;
  };
}

/** What each convention says where `flamingo({...})` does not. */
export const conventions = {
  /** Alayrac et al. 2022, sections 2.1 to 2.3, appendix A.1 and B.1. */
  paper: {
    insertion: 'from-first',
    activation: 'squared-relu',
    crossAttention: 'language',
    resampler: { depth: 6, heads: 16, headDim: 96, latents: 64, finalNorm: false, maxFrames: 8 },
  },
  /** open_flamingo 2.0: `Flamingo`, `PerceiverResampler` and `GatedCrossAttentionBlock` with their defaults. */
  'open-flamingo': {
    insertion: 'from-nth',
    activation: 'gelu',
    crossAttention: { heads: 8, headDim: 64 },
    resampler: { depth: 6, heads: 8, headDim: 64, latents: 64, finalNorm: true, maxFrames: undefined },
  },
} as const satisfies Record<string, ConventionDefaults>;

/** The name of one. */
export type Convention = keyof typeof conventions;

/** Their names, OpenFlamingo's, whose checkpoints there are, first. */
export const CONVENTIONS = ['open-flamingo', 'paper'] as const satisfies readonly Convention[];
