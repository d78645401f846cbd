import type { Processor } from './processors.ts';
import type { Sampler } from './sampler.ts';
import type { Continuation, Hypothesis, Search } from './search.ts';
import { SingleAnswer, type SingleAnswerOptions } from './single-answer.ts';

export type SingleSearchOptions = SingleAnswerOptions & {
  processors: readonly Processor[];
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

  advance([row]: readonly Float64Array[]): Continuation[] {
    if (row === undefined) return [];
    const { processors, sampler } = this.#options;
    const scores = row.slice();
    for (const process of processors) process(scores);
    const token = sampler(scores);
    const goesOn = this.#answer.take(token, row[token] ?? -Infinity);
    return goesOn ? [{ parent: 0, token }] : [];
  }

  results(): Hypothesis[] {
    return [this.#answer.result()];
  }
}
