import type { TokenDistribution } from '../token-distribution.ts';
import type { Sampler } from './sampler.ts';
import type { Continuation, Hypothesis, Search } from './search.ts';
import { SingleAnswer, type SingleAnswerOptions } from './single-answer.ts';

export type SingleSearchOptions = SingleAnswerOptions & {
  sampler: Sampler;
};

/** One answer, token by token: greedy or sampled. */
export class SingleSearch implements Search {
  readonly #options: SingleSearchOptions;
  readonly #answer: SingleAnswer;

  constructor(options: SingleSearchOptions) {
    this.#options = options;
    this.#answer = new SingleAnswer(options);
  }

  advance([next]: readonly TokenDistribution[]): Continuation[] {
    if (next === undefined) return [];
    const token = this.#options.sampler(next);
    const goesOn = this.#answer.take(token, next.logProbability(token));
    return goesOn ? [{ parent: 0, token }] : [];
  }

  results(): Hypothesis[] {
    return [this.#answer.result()];
  }
}
