import { weightsOf } from '../weights.ts';
import { topKIndices } from './top-k-indices.ts';

/**
 * What happens to the log-probabilities of the next token before one is chosen. Each processor works in place on
 * [vocabulary] and says "never" with -Infinity. Order: suppress, temperature, top-k, top-p (as in transformers'
 * `LogitsProcessorList`).
 */
export type Processor = (scores: Float64Array) => void;

/** Tokens that are never chosen: `<image>` and padding have no meaning in an answer. */
export function suppress(tokens: Iterable<number>): Processor {
  const never = [...tokens];
  return (scores) => {
    for (const token of never) scores[token] = -Infinity;
  };
}

/** Divides by the temperature: below 1 sharpens the distribution, above 1 flattens it. The temperature is above 0. */
export function temper(temperature: number): Processor {
  return (scores) => {
    for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? -Infinity) / temperature;
  };
}

/** Up to so many places a short sorted list is sooner kept than everything is sorted. */
const FEW = 256;

/** Keeps the k likeliest tokens, and every token as likely as the k-th. */
export function topK(k: number): Processor {
  return (scores) => {
    if (k >= scores.length) return;
    const least = kthHighest(scores, k);
    for (let i = 0; i < scores.length; i++) if ((scores[i] ?? -Infinity) < least) scores[i] = -Infinity;
  };
}

function kthHighest(scores: Float64Array, k: number): number {
  if (k > FEW) return scores.slice().sort()[scores.length - k] ?? -Infinity;
  return scores[topKIndices(scores, k)[k - 1] ?? -1] ?? -Infinity;
}

/**
 * Nucleus sampling (Holtzman et al. 2020, section 3.1): keeps the smallest set of likeliest tokens whose probabilities
 * sum to at least p, never fewer than one. Among equally likely tokens the lower id comes first.
 */
export function topP(p: number): Processor {
  return (scores) => {
    const { weights, total } = weightsOf(scores);
    const order = likeliest(weights, p * total).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
    const given = scores.slice();
    scores.fill(-Infinity);
    let before = 0;
    for (const [rank, token] of order.entries()) {
      if (rank > 0 && before >= p * total) break;
      scores[token] = given[token] ?? -Infinity;
      before += weights[token] ?? 0;
    }
  };
}

/**
 * Tokens of which the likeliest reach a sum: most of a vocabulary need not be sorted.
 *
 * @param weights their highest is 1
 */
function likeliest(weights: Float64Array, sum: number): number[] {
  // More than the rounding of sums in another order could make up for.
  const enough = sum * (1 + 1e-9);
  for (let least = 1 / 4; least > 2 ** -60; least /= 4) {
    const tokens: number[] = [];
    let mass = 0;
    for (let token = 0; token < weights.length; token++) {
      const weight = weights[token] ?? 0;
      if (weight < least) continue;
      mass += weight;
      tokens.push(token);
    }
    if (mass >= enough) return tokens;
  }
  return [...weights.keys()];
}
