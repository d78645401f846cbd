import type { LanguageModel } from '../language-model.ts';
import type { ReadRequest } from '../read-request.ts';
import type { ReadText } from '../read-text.ts';
import { requireNumbers, type TokenDistribution } from '../token-distribution.ts';

/** Tokens of candidates that are read in one run of the language graph, unless one candidate has more. */
export const CANDIDATES_AT_ONCE = 256;

/** A prompt whose candidates are to be scored beside others. */
export type ScoreRequest = ReadRequest & {
  /** Token ids of each candidate, none of them empty. */
  readonly candidates: readonly (readonly number[])[];
  /** For each candidate log p(token | prompt, the candidate's tokens before it) of its tokens so far. */
  readonly scores: number[][];
};

/** A request, its row of the text, and the candidates of more than one token that are left. */
type Live = { readonly request: ScoreRequest; readonly row: number; left: readonly number[] };

type Scoring = { readonly text: ReadText; readonly live: readonly Live[] };

/**
 * Candidates that are scored after prompts which were read side by side. A step is one run of the language graph over
 * candidates of all of them, each of which sees its prompt and itself.
 */
export class RunningScores {
  readonly #model: LanguageModel;
  readonly #atOnce: number;
  #scoring: readonly Scoring[] = [];

  /** @param atOnce most tokens of candidates in one run */
  constructor(model: LanguageModel, atOnce = CANDIDATES_AT_ONCE) {
    this.#model = model;
    this.#atOnce = atOnce;
  }

  /** Requests that are being scored. */
  get size(): number {
    return this.#scoring.reduce((sum, { live }) => sum + live.length, 0);
  }

  /**
   * Takes in prompts that have been read.
   *
   * @param next what may follow each
   */
  add(text: ReadText, requests: readonly ScoreRequest[], next: readonly TokenDistribution[]): void {
    const live = requests.flatMap((request, row): Live[] => {
      const after = next[row];
      try {
        if (after === undefined) throw new Error(`prompt ${row} was not read`);
        requireNumbers([after]);
      } catch (error) {
        request.end(error);
        return [];
      }
      for (const [index, [first]] of request.candidates.entries())
        request.scores[index]?.push(after?.logProbability(first ?? 0) ?? Number.NaN);
      const left = [...request.candidates.keys()].filter((index) => tokensLeft(request, index) > 0);
      return [{ request, row, left }];
    });
    this.#keep({ text, live });
  }

  /** Reads the next candidates of those that have waited the longest. */
  async step(): Promise<void> {
    const [first] = this.#scoring;
    if (first === undefined) return;
    const { text, live } = first;
    const chosen = live.map((each) => this.#choose(each, live.length));
    try {
      const branches = text.cache.lengths.map((_, row) =>
        live.flatMap((each, index) =>
          each.row === row
            ? (chosen[index] ?? []).map((candidate) => each.request.candidates[candidate]?.slice(0, -1) ?? [])
            : [],
        ),
      );
      const found = await this.#model.branch(text, branches);
      for (const [index, { request, row }] of live.entries()) {
        for (const [place, candidate] of (chosen[index] ?? []).entries()) {
          const following = request.candidates[candidate]?.slice(1) ?? [];
          const scores = following.map(
            (token, at) => found[row]?.[place]?.[at]?.logProbability(token) ?? Number.NaN,
          );
          request.scores[candidate]?.push(...scores);
        }
      }
    } catch (error) {
      this.#drop(first);
      for (const { request } of live) request.end(error);
      return;
    }
    this.#scoring = this.#scoring.slice(1);
    for (const [index, each] of live.entries()) each.left = each.left.slice(chosen[index]?.length);
    this.#keep(first);
  }

  /** Ends those that have been stopped. */
  dropStopped(): void {
    const before = this.#scoring;
    this.#scoring = [];
    for (const { text, live } of before) {
      for (const { request } of live) if (request.signal?.aborted) request.end();
      this.#keep({ text, live: live.filter(({ request }) => !request.signal?.aborted) });
    }
  }

  /** Ends all. */
  fail(error: unknown): void {
    for (const scoring of this.#scoring) {
      this.#drop(scoring);
      for (const { request } of scoring.live) request.end(error);
    }
  }

  /** Ends those that have no candidates left, and keeps the others. */
  #keep({ text, live }: Scoring): void {
    const done = live.filter(({ left }) => left.length === 0);
    const others = live.filter(({ left }) => left.length > 0);
    if (others.length > 0) this.#scoring = [...this.#scoring, { text, live: others }];
    else text.release();
    for (const { request } of done) request.end();
  }

  #drop(scoring: Scoring): void {
    this.#scoring = this.#scoring.filter((each) => each !== scoring);
    scoring.text.release();
  }

  /** Candidates in their order, with as many tokens as a run takes of each of so many requests; at least one. */
  #choose({ request, left }: Live, requests: number): readonly number[] {
    let room = Math.floor(this.#atOnce / requests);
    const end = left.findIndex((candidate, place) => {
      room -= tokensLeft(request, candidate);
      return room < 0 && place > 0;
    });
    return end < 0 ? left : left.slice(0, end);
  }
}

/** Tokens of a candidate that are read: all but the last, after which nothing follows. */
function tokensLeft({ candidates }: ScoreRequest, candidate: number): number {
  return (candidates[candidate]?.length ?? 0) - 1;
}
