import { UserError } from '../../artifact/user-error.ts';
import { logSumExp } from './log-sum-exp.ts';

/**
 * What a language model says of one place of a text: a probability for every token that may follow. Of most places one or
 * two tokens are asked for, and log-probabilities of a whole vocabulary are as many numbers again, so they are computed
 * when they are asked for; all are in double precision, so that sums over long answers keep their digits.
 */
export class TokenDistribution {
  readonly #logits: ArrayLike<number>;
  readonly #highest: number;
  readonly #logSum: number;

  /** @param logits [vocabulary] finite or -Infinity; at least one finite. They are kept, not copied. */
  constructor(logits: ArrayLike<number>) {
    const { highest, logSum } = logSumExp(logits);
    this.#logits = logits;
    this.#highest = highest;
    this.#logSum = logSum;
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
    const likeliest = placeOf(this.#logits, this.#highest);
    if (!never.includes(likeliest)) return likeliest;
    const left = Float64Array.from(this.#logits);
    for (const token of never) left[token] = -Infinity;
    return left.reduce((best, logit, token) => (logit > (left[best] ?? -Infinity) ? token : best), 0);
  }
}

/** The first place of a value; the first of all where it is none of the values. */
function placeOf(values: ArrayLike<number>, value: number): number {
  if (values instanceof Float32Array) return Math.max(0, values.indexOf(value));
  const size = values.length;
  for (let place = 0; place < size; place++) if (values[place] === value) return place;
  return 0;
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
