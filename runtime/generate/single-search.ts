import type { Processor } from './processors.ts';
import type { Sampler } from './sampler.ts';
import type { Continuation, Finish, Hypothesis, Limits, Search } from './search.ts';

export type SingleSearchOptions = Limits & {
  processors: readonly Processor[];
  sampler: Sampler;
  /** Asked after each token that is no end token: does the answer stop here? */
  stops?: (tokens: readonly number[]) => boolean;
  /** Told of each token as it is chosen, before the model runs again. */
  onToken?: (token: number, logProbability: number) => void;
};

/** One answer, token by token: greedy or sampled. */
export class SingleSearch implements Search {
  readonly #options: SingleSearchOptions;
  readonly #tokens: number[] = [];
  readonly #logProbabilities: number[] = [];
  #finish: Finish = 'aborted';

  constructor(options: SingleSearchOptions) {
    this.#options = options;
  }

  advance([row]: readonly Float64Array[]): Continuation[] {
    if (row === undefined) return [];
    const { processors, sampler, ends, maxNewTokens, stops, onToken } = this.#options;
    const scores = row.slice();
    for (const process of processors) process(scores);
    const token = sampler(scores);
    const logProbability = row[token] ?? -Infinity;
    this.#tokens.push(token);
    this.#logProbabilities.push(logProbability);
    onToken?.(token, logProbability);
    if (ends.has(token)) return this.#end('end-of-chunk');
    if (stops?.(this.#tokens)) return this.#end('stop');
    if (this.#tokens.length >= maxNewTokens) return this.#end('length');
    return [{ parent: 0, token }];
  }

  results(): Hypothesis[] {
    const score = this.#logProbabilities.reduce((sum, value) => sum + value, 0);
    return [{ tokens: [...this.#tokens], logProbabilities: [...this.#logProbabilities], score, finish: this.#finish }];
  }

  #end(finish: Finish): Continuation[] {
    this.#finish = finish;
    return [];
  }
}
