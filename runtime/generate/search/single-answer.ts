import type { Finish, Hypothesis, Limits } from './search.ts';

export type SingleAnswerOptions = Limits & {
  /**
   * Told of each token as it is chosen, before the model runs again.
   *
   * @param last No token can follow: this one ends the answer, or the limit is reached.
   * @returns true to end the answer here.
   */
  onToken?: (token: number, logProbability: number, last: boolean) => boolean;
};

/** One answer as its tokens come, up to what ends it. */
export class SingleAnswer {
  readonly #options: SingleAnswerOptions;
  readonly #tokens: number[] = [];
  readonly #logProbabilities: number[] = [];
  #finish: Finish = 'aborted';

  constructor(options: SingleAnswerOptions) {
    this.#options = options;
  }

  /** Tokens so far. */
  get length(): number {
    return this.#tokens.length;
  }

  /** Takes the next token, and says whether more may follow. */
  take(token: number, logProbability: number): boolean {
    const { ends, maxNewTokens, onToken } = this.#options;
    this.#tokens.push(token);
    this.#logProbabilities.push(logProbability);
    const finish = ends.has(token) ? 'end-of-chunk' : this.#tokens.length >= maxNewTokens ? 'length' : null;
    const stopped = onToken?.(token, logProbability, finish !== null) ?? false;
    if (finish === null && !stopped) return true;
    this.#finish = stopped ? 'stop' : (finish ?? 'stop');
    return false;
  }

  /** What there is so far; before the end it is marked `aborted`. */
  result(): Hypothesis {
    return {
      tokens: [...this.#tokens],
      logProbabilities: [...this.#logProbabilities],
      score: this.#logProbabilities.reduce((sum, value) => sum + value, 0),
      finish: this.#finish,
    };
  }
}
