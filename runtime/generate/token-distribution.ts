import { UserError } from '../../artifact/user-error.ts';

/**
 * What a language model says of one place of a text: a probability for every token that may follow. Of most places one or
 * two tokens are asked for, and log-probabilities of a whole vocabulary are as many numbers again, so they are computed
 * when they are asked for; all are in double precision, so that sums over long answers keep their digits.
 */
export class TokenDistribution {
  readonly #logits: ArrayLike<number>;
  readonly #likeliest: number;
  readonly #highest: number;
  readonly #logSum: number;

  /** @param logits [vocabulary] finite or -Infinity; at least one finite. They are kept, not copied. */
  constructor(logits: ArrayLike<number>) {
    // Loops over indices and without calls: a token of a large vocabulary goes through them tens of thousands of times.
    const size = logits.length;
    let likeliest = 0;
    let highest = -Infinity;
    for (let i = 0; i < size; i++) {
      const logit = logits[i] ?? -Infinity;
      if (logit > highest) {
        highest = logit;
        likeliest = i;
      }
    }
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const x = (logits[i] ?? -Infinity) - highest;
      if (x < SMALLEST) continue;
      // `Math.exp` to 1e-15 of the result, in a third of its time. NaN stays NaN, by what is left of it.
      const steps = (x * STEPS_OF_ONE - 0.5) | 0;
      const rest = x - steps * STEP;
      const near = 1 + rest * (1 + rest * (1 / 2 + rest * (1 / 6)));
      sum += (BETWEEN[steps & (STEPS - 1)] ?? 0) * (WHOLE[-(steps >> STEP_BITS)] ?? 0) * near;
    }
    this.#logits = logits;
    this.#likeliest = likeliest;
    this.#highest = highest;
    this.#logSum = Math.log(sum);
  }

  /** Whether the logits are numbers: one NaN or infinity among them makes NaN of every log-probability. */
  get isOfNumbers(): boolean {
    return !Number.isNaN(this.#logSum);
  }

  /** The log-probability of one token; NaN for one that is not in the vocabulary. */
  logProbability(token: number): number {
    return (this.#logits[token] ?? Number.NaN) - this.#highest - this.#logSum;
  }

  /** Those of all tokens `[vocabulary]`, whose exponentials sum to one: an array of the caller's own. */
  logProbabilities(): Float64Array {
    const logits = this.#logits;
    const result = new Float64Array(logits.length);
    for (let i = 0; i < result.length; i++)
      result[i] = (logits[i] ?? -Infinity) - this.#highest - this.#logSum;
    return result;
  }

  /**
   * The likeliest token, among equals the lowest id.
   *
   * @param never tokens that are left out; where that are all, the first token
   */
  likeliest(never: readonly number[] = []): number {
    if (!never.includes(this.#likeliest)) return this.#likeliest;
    const left = Float64Array.from(this.#logits);
    for (const token of never) left[token] = -Infinity;
    return left.reduce((best, logit, token) => (logit > (left[best] ?? -Infinity) ? token : best), 0);
  }
}

/** @throws UserError where one is not of numbers */
export function requireNumbers(distributions: readonly TokenDistribution[]): void {
  if (!distributions.every(({ isOfNumbers }) => isOfNumbers)) throw noNumbers();
}

/** What is wrong with a model whose scores are not numbers. */
export function noNumbers(): UserError {
  return new UserError(
    'The model gave scores that are not numbers: its weights are damaged or too large for its precision, so compile it again from other weights.',
  );
}

/** Powers of two between whole ones: a power of e is one of them, times a whole one, times a number next to 1. */
const STEP_BITS = 11;
const STEPS = 2 ** STEP_BITS;
const STEPS_OF_ONE = STEPS / Math.LN2;
const STEP = Math.LN2 / STEPS;
const BETWEEN = Float64Array.from({ length: STEPS }, (_, step) => 2 ** (step / STEPS));
const WHOLE = Float64Array.from({ length: 1024 }, (_, power) => 2 ** -power);
/** Smaller powers of e do not count beside 1. */
const SMALLEST = -700;
