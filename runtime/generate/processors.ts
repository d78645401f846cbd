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

/** Keeps the k likeliest tokens, and every token as likely as the k-th. */
export function topK(k: number): Processor {
  return (scores) => {
    if (k >= scores.length) return;
    const least = scores.slice().sort()[scores.length - k] ?? -Infinity;
    for (let i = 0; i < scores.length; i++) if ((scores[i] ?? -Infinity) < least) scores[i] = -Infinity;
  };
}

/**
 * Nucleus sampling (Holtzman et al. 2020, section 3.1): keeps the smallest set of likeliest tokens whose probabilities
 * sum to at least p, never fewer than one. Among equally likely tokens the lower id comes first.
 */
export function topP(p: number): Processor {
  return (scores) => {
    const order = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
    const highest = scores[order[0] ?? 0] ?? 0;
    let total = 0;
    for (const score of scores) total += Math.exp(score - highest);
    let before = 0;
    for (const [rank, token] of order.entries()) {
      const weight = Math.exp((scores[token] ?? -Infinity) - highest);
      if (rank > 0 && before >= p * total) scores[token] = -Infinity;
      before += weight;
    }
  };
}
