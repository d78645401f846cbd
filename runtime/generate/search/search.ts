import type { TokenDistribution } from '../token-distribution.ts';

/** Why an answer ended: its end-of-chunk (or end) token, a stop text, the limit of new tokens, or the caller. */
export type Finish = 'end-of-chunk' | 'stop' | 'length' | 'aborted';

/** One answer, or the beginning of one. */
export type Hypothesis = {
  /** Every generated token, with the token that ended it. */
  tokens: readonly number[];
  /** Log-probability of each of `tokens` under the model, before temperature and the like. */
  logProbabilities: readonly number[];
  /** What the search ranks by. */
  score: number;
  finish: Finish;
};

/** A row of the next decoding step: it goes on from row `parent` of the last step with `token`. */
export type Continuation = { parent: number; token: number };

/**
 * How one prompt's answer is searched for, apart from how the model is run. It begins with one row, the prompt. Each
 * step takes what may follow its rows, and says which rows come next: fewer, more, or in another order.
 */
export interface Search {
  /**
   * @param next What may follow each live row.
   * @returns The rows of the next step; none when the search has ended.
   */
  advance(next: readonly TokenDistribution[]): Continuation[];
  /** Answers, best first; before the end, what there is so far, marked `aborted`. */
  results(): Hypothesis[];
}

/** What ends an answer, for every kind of search. */
export type Limits = {
  /** Tokens that end an answer: end-of-chunk, and the language model's own end token if it has one. */
  ends: ReadonlySet<number>;
  maxNewTokens: number;
};
