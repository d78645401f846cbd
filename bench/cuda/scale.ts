import { clipVit, clipVitSizes } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { RELEASED_VOCABULARY } from '../../models/flamingo/released-sizes.ts';
import { mpt, mptSizes } from '../../models/mpt/mpt.ts';

/** `full` is what the aims are for; `small` takes minutes on a processor, to see that everything works. */
export const SCALES = ['full', 'small'] as const;

export type Scale = (typeof SCALES)[number];

/** What the rows measure, at a scale. */
export interface Sizes {
  /** A vision transformer, as `clipVit` takes it. */
  readonly vision: {
    readonly image: number;
    readonly patch: number;
    readonly dim: number;
    readonly layers: number;
    readonly heads: number;
  };
  /** The language model, an MPT, and a gated block before every layer of it. */
  readonly language: {
    readonly dim: number;
    readonly layers: number;
    readonly heads: number;
    readonly vocabulary: number;
    readonly contextLength: number;
  };
  readonly latents: number;
  readonly shots: number;
  /** Tokens of the two answers whose difference gives the time of one token. */
  readonly answers: readonly [short: number, long: number];
  /** Tokens of the prompt that is read. */
  readonly prompt: number;
  readonly pictures: number;
  readonly requests: number;
  /** Rows and columns of the matrices by which the card's rate is measured, and how many products more. */
  readonly matrix: number;
  readonly products: number;
  /** Numbers of the array by which the bandwidth is measured. */
  readonly array: number;
  /** Rounds of every measurement. */
  readonly rounds: number;
}

const { image, patch, dim, layers, heads } = clipVitSizes['l/14'];

export const SIZES: Readonly<Record<Scale, Sizes>> = {
  full: {
    vision: { image, patch, dim, layers, heads },
    language: { ...mptSizes['1b'], vocabulary: RELEASED_VOCABULARY },
    latents: 64,
    shots: 32,
    answers: [8, 72],
    prompt: 2040,
    pictures: 32,
    requests: 32,
    matrix: 8192,
    products: 16,
    array: 2 ** 28,
    rounds: 6,
  },
  small: {
    vision: { image: 56, patch: 14, dim: 64, layers: 2, heads: 4 },
    language: { dim: 64, layers: 2, heads: 4, vocabulary: 300, contextLength: 2048 },
    latents: 8,
    shots: 4,
    answers: [2, 6],
    prompt: 64,
    pictures: 4,
    requests: 4,
    matrix: 256,
    products: 4,
    array: 2 ** 18,
    rounds: 2,
  },
};

/** The shape of OpenFlamingo-3B, with tokens of single bytes. */
export function measuredFlamingo(scale: Scale) {
  const { vision, language, latents } = SIZES[scale];
  return flamingo({
    name: scale === 'full' ? 'open-flamingo-3b-random' : 'open-flamingo-small-random',
    convention: 'open-flamingo',
    vision: clipVit(vision),
    resampler: { latents },
    language: mpt(language),
    crossAttention: { every: 1 },
  });
}
