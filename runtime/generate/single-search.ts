import type { Processor } from './processors.ts';
import type { Sampler } from './sampler.ts';
import type { Continuation, Finish, Hypothesis, Limits, Search } from './search.ts';

export type SingleSearchOptions = Limits & {
  processors: readonly Processor[];
  sampler: Sampler;
  /**
   * Told of each token as it is chosen, before the model runs again.
   *
   * @param last No token can follow: this one ends the answer, or the limit is reached.
   * @returns true to end the answer here.
   */
  onToken?: (token: number, logProbability: number, last: boolean) => boolean;
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
    const { processors, sampler, ends, maxNewTokens, onToken } = this.#options;
    const scores = row.slice();
    for (const process of processors) process(scores);
    const token = sampler(scores);
    const logProbability = row[token] ?? -Infinity;
    this.#tokens.push(token);
    this.#logProbabilities.push(logProbability);
    const finish = ends.has(token) ? 'end-of-chunk' : this.#tokens.length >= maxNewTokens ? 'length' : null;
    const stopped = onToken?.(token, logProbability, finish !== null) ?? false;
    if (finish === null && !stopped) return [{ parent: 0, token }];
    this.#finish = stopped ? 'stop' : (finish ?? 'stop');
    return [];
  }

  results(): Hypothesis[] {
    const score = this.#logProbabilities.reduce((sum, value) => sum + value, 0);
    return [
      {
        tokens: [...this.#tokens],
        logProbabilities: [...this.#logProbabilities],
        score,
        finish: this.#finish,
      },
    ];
  }
}
