import type { SpecialTokenIds } from '../tokenizer.ts';

/** What the original implementation of a whole model gave for a few prompts, for `compareWithReference`. */
export interface GoldenReference {
  readonly prompts: readonly GoldenPrompt[];
  /** Further tokens that each prompt is continued with, one at a time: `[step][prompt]`. */
  readonly steps: readonly (readonly number[])[];
  /** Pictures as the vision encoder takes them, each [frames, 3, size, size]. */
  readonly pictures: readonly Float32Array[];
  /** Frames of each picture; 1 for stills. */
  readonly frames: number;
  /** Ids of the special tokens, as far as the reference says them. */
  readonly special: { readonly [Token in keyof SpecialTokenIds]?: SpecialTokenIds[Token] | undefined };
  /** The likeliest token at each step, `[prompt][token]`, filled up with padding after the one that ends the answer. */
  readonly greedy?: readonly (readonly number[])[];
  readonly beams: readonly GoldenBeams[];
}

export interface GoldenPrompt {
  readonly tokens: readonly number[];
  /** The pictures that its image tokens stand for, in order, as places in `pictures`. */
  readonly pictures: readonly number[];
  /** For each of its tokens, then for each of its further tokens, the log-probabilities [vocabulary] of what follows. */
  readonly logProbabilities: readonly Float32Array[];
}

/** What beam search found for one prompt alone, ranked by the sum of log-probabilities. */
export interface GoldenBeams {
  readonly prompt: number;
  /** Answers followed side by side. */
  readonly width: number;
  /** Best first, filled up with padding. At most `width` of them. */
  readonly answers: readonly { readonly tokens: readonly number[]; readonly score: number }[];
}
