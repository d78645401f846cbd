import { fail } from '../../operator.ts';

/** How the angles of a rotary embedding are stretched. */
export type RotaryScaling =
  /** Positions are divided by the factor (Chen et al. 2023, arXiv 2306.15595). */
  | { readonly kind: 'linear'; readonly factor: number }
  /**
   * LLaMA 3.1's: pairs that turn slowly over the original context are stretched by the factor, quick ones left as they
   * are, those between mixed (Grattafiori et al. 2024, arXiv 2407.21783; `rope_type` `llama3` in transformers).
   */
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      /** Turns over the original context up to which a pair is stretched in full. */
      readonly lowFrequencyFactor: number;
      /** Turns from which it is left as it is. */
      readonly highFrequencyFactor: number;
      /** Tokens that the model was first trained on. */
      readonly originalContext: number;
    }
  /**
   * YaRN: as LLaMA 3.1's, but mixed along the pairs' numbers, and with larger queries and keys (Peng et al. 2023, arXiv
   * 2309.00071; `rope_type` `yarn` in transformers).
   */
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      /** Tokens that the model was first trained on. */
      readonly originalContext: number;
      /** Turns over the original context from which a pair is left as it is. Default 32. */
      readonly fastTurns?: number;
      /** Turns up to which it is stretched in full. Default 1. */
      readonly slowTurns?: number;
      /** Whether the mix begins and ends at whole numbers of pairs. Default true. */
      readonly wholePairs?: boolean;
      /** Factor of cosines and sines. Default `0.1 ln(factor) + 1`. */
      readonly magnitude?: number;
    }
  /**
   * LongRoPE: each pair has a factor of its own (Ding et al. 2024, arXiv 2402.13753; `longrope` in transformers, for
   * prompts of either length).
   */
  | {
      readonly kind: 'longrope';
      /** One for each pair. */
      readonly factors: readonly number[];
      /** Factor of cosines and sines. */
      readonly magnitude: number;
    };

/** The angle by which each pair of features turns a position, in radians. */
export function rotaryFrequencies(dim: number, base: number, scaling?: RotaryScaling): readonly number[] {
  const frequencies = Array.from({ length: dim / 2 }, (_, pair) => base ** ((-2 * pair) / dim));
  if (scaling === undefined) return frequencies;
  if (scaling.kind === 'longrope' && scaling.factors.length !== frequencies.length)
    fail(
      `rotary: longrope must have a factor for each of the ${frequencies.length} pairs that turn, but it has ${scaling.factors.length}`,
    );
  const kept = keptShares(dim, base, scaling);
  return frequencies.map((frequency, pair) => {
    const stretched =
      frequency / (scaling.kind === 'longrope' ? (scaling.factors[pair] ?? 1) : scaling.factor);
    const share = kept(frequency, pair);
    return share * frequency + (1 - share) * stretched;
  });
}

/** What cosines and sines are multiplied by. */
export function rotaryMagnitude(scaling?: RotaryScaling): number {
  if (scaling?.kind === 'longrope') return scaling.magnitude;
  if (scaling?.kind !== 'yarn') return 1;
  return scaling.magnitude ?? Math.max(1, 0.1 * Math.log(scaling.factor) + 1);
}

/** How much of a pair's angle stays as it is, from 0 to 1; the rest is stretched. */
function keptShares(
  dim: number,
  base: number,
  scaling: RotaryScaling,
): (frequency: number, pair: number) => number {
  const within = (share: number) => Math.min(1, Math.max(0, share));
  if (scaling.kind === 'llama3') {
    const { lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling;
    return (frequency) => within(((originalContext * frequency) / (2 * Math.PI) - low) / (high - low));
  }
  if (scaling.kind === 'yarn') {
    const { originalContext, fastTurns = 32, slowTurns = 1, wholePairs = true } = scaling;
    /** The number of the pair, in fractions, that turns so often over the original context. */
    const pairOf = (turns: number) =>
      (dim * Math.log(originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(base));
    const first = Math.max(0, wholePairs ? Math.floor(pairOf(fastTurns)) : pairOf(fastTurns));
    const last = Math.min(dim - 1, wholePairs ? Math.ceil(pairOf(slowTurns)) : pairOf(slowTurns));
    return (_, pair) => 1 - within((pair - first) / (last === first ? 0.001 : last - first));
  }
  return () => 0;
}
