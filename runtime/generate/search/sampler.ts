import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import type { TokenDistribution } from '../token-distribution.ts';
import { weightsOf } from '../weights.ts';
import type { Processor } from './processors.ts';

/** Chooses the next token. */
export type Sampler = (next: TokenDistribution) => number;

/**
 * The likeliest token; among equals the lowest id.
 *
 * @param never Tokens that are not chosen, default none.
 */
export function greedy(never: readonly number[] = []): Sampler {
  return (next) => next.likeliest(never);
}

/**
 * Draws a token with probability in proportion to exp(score).
 *
 * @param seed A 32-bit integer: the same seed and scores give the same tokens on every machine.
 * @param processors What happens to the log-probabilities first, which then are scores. Default nothing.
 */
export function seededSampler(seed: number, processors: readonly Processor[] = []): Sampler {
  const uniform = uniformNumbers(seed);
  return (next) => {
    const scores = next.logProbabilities();
    for (const process of processors) process(scores);
    const { weights, total } = weightsOf(scores);
    let rest = uniform() * total;
    let last = 0;
    for (let token = 0; token < weights.length; token++) {
      const weight = weights[token] ?? 0;
      if (weight === 0) continue;
      if (rest < weight) return token;
      rest -= weight;
      last = token;
    }
    return last; // only rounding leads here
  };
}

/**
 * Numbers from 0 to 1, without 1, evenly drawn: one decides about each token. All are multiples of 2^-53.
 *
 * @param seed A 32-bit integer.
 */
export function uniformNumbers(seed: number): () => number {
  // its seeding mixes well: neighbouring seeds give unrelated first draws, which xoroshiro128plus's do not
  const generator = mersenne(seed);
  return () => uniformFloat64(generator);
}
