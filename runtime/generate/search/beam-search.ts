import type { TokenDistribution } from '../token-distribution.ts';
import type { Processor } from './processors.ts';
import type { Continuation, Finish, Hypothesis, Limits, Search } from './search.ts';
import { topKIndices } from './top-k-indices.ts';

export type BeamSearchOptions = Limits & {
  beams: number;
  /** Finished answers are ranked by (sum of log-probabilities) / (number of tokens ** lengthPenalty); 0 ranks by the sum. */
  lengthPenalty: number;
  processors: readonly Processor[];
};

type Beam = { tokens: readonly number[]; logProbabilities: readonly number[]; sum: number };

/**
 * Beam search as transformers' `BeamSearchScorer` does it with `early_stopping=False`, which OpenFlamingo evaluates with:
 * an end token finishes an answer only where it is among the `beams` best continuations; the best `beams` finished
 * answers are kept; the search ends when the worst of them is at least as good as the best continuation could be.
 *
 * Two differences, both without effect on what comes first: the length that the penalty uses is that of the answer
 * (as in transformers since 4.37), and a prompt begins with one row, not with copies of it that can never win.
 */
export class BeamSearch implements Search {
  readonly #options: BeamSearchOptions;
  #live: Beam[] = [{ tokens: [], logProbabilities: [], sum: 0 }];
  /** In the order in which they were found. */
  #finished: Hypothesis[] = [];
  #ended = false;

  constructor(options: BeamSearchOptions) {
    this.#options = options;
  }

  advance(distributions: readonly TokenDistribution[]): Continuation[] {
    const { beams, ends, maxNewTokens } = this.#options;
    const candidates = this.#candidates(distributions);
    const next: (Beam & { parent: number; token: number })[] = [];
    for (const [rank, { parent, token, beam }] of candidates.entries()) {
      if (next.length === beams) break;
      if (!ends.has(token)) next.push({ ...beam, parent, token });
      else if (rank < beams) this.#finishBeam(beam, 'end-of-chunk');
    }
    this.#live = next;
    const best = candidates[0];
    const length = best?.beam.tokens.length ?? 0;
    if (best === undefined || this.#cannotImprove(best.beam.sum, length)) this.#ended = true;
    else if (length >= maxNewTokens || next.length === 0) {
      for (const beam of next) this.#finishBeam(beam, 'length');
      this.#ended = true;
    }
    return this.#ended ? [] : next.map(({ parent, token }) => ({ parent, token }));
  }

  results(): Hypothesis[] {
    const live: Hypothesis[] = this.#ended ? [] : this.#live.map((beam) => this.#hypothesis(beam, 'aborted'));
    // a stable sort of the reversed list: among equals the one found last comes first, as `sorted(...).pop()` gives it
    return [...this.#finished, ...live].reverse().sort((a, b) => b.score - a.score);
  }

  /** The likeliest continuations of all rows: so many that `beams` of them are no end tokens. */
  #candidates(distributions: readonly TokenDistribution[]): { parent: number; token: number; beam: Beam }[] {
    const { beams, ends, processors } = this.#options;
    const found = this.#live.flatMap((beam, parent) => {
      const row = distributions[parent];
      if (row === undefined)
        throw new Error(`beam search has ${this.#live.length} rows and got ${distributions.length}`);
      const scores = row.logProbabilities();
      for (const process of processors) process(scores);
      return topKIndices(scores, beams * (1 + ends.size)).map((token) => {
        const logProbability = row.logProbability(token);
        return { parent, token, logProbability, sum: beam.sum + (scores[token] ?? -Infinity), from: beam };
      });
    });
    found.sort((a, b) => b.sum - a.sum);
    return found.slice(0, beams * (1 + ends.size)).map(({ parent, token, logProbability, sum, from }) => ({
      parent,
      token,
      beam: {
        tokens: [...from.tokens, token],
        logProbabilities: [...from.logProbabilities, logProbability],
        sum,
      },
    }));
  }

  #finishBeam(beam: Beam, finish: Finish): void {
    const hypothesis = this.#hypothesis(beam, finish);
    const worst = this.#worst();
    if (this.#finished.length < this.#options.beams) this.#finished.push(hypothesis);
    else if (worst !== undefined && hypothesis.score > worst.score) {
      this.#finished.splice(this.#finished.indexOf(worst), 1);
      this.#finished.push(hypothesis);
    }
  }

  #hypothesis({ tokens, logProbabilities, sum }: Beam, finish: Finish): Hypothesis {
    return { tokens, logProbabilities, finish, score: this.#score(sum, tokens.length) };
  }

  #score(sum: number, length: number): number {
    return sum / Math.max(1, length) ** this.#options.lengthPenalty;
  }

  #worst(): Hypothesis | undefined {
    let worst = this.#finished[0];
    for (const hypothesis of this.#finished) if (worst && hypothesis.score < worst.score) worst = hypothesis;
    return worst;
  }

  #cannotImprove(bestSum: number, length: number): boolean {
    const worst = this.#worst();
    if (worst === undefined || this.#finished.length < this.#options.beams) return false;
    return worst.score >= this.#score(bestSum, length);
  }
}
