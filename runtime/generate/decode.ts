import { type LanguageModel, type PreparedPrompt, selectRows } from './language-model.ts';
import type { Hypothesis, Search } from './search.ts';

export type DecodeOptions = {
  readonly maxNewTokens: number;
  /** Asked between steps; when aborted, what there is so far is returned. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Answers several prompts at once: one run of the language graph a token for all of them. Each prompt has its own
 * search; rows of ended ones are dropped from the batch.
 *
 * @returns For each prompt its search's answers, best first.
 */
export async function decode(
  model: LanguageModel,
  prompts: readonly PreparedPrompt[],
  searches: readonly Search[],
  { maxNewTokens, signal }: DecodeOptions,
): Promise<Hypothesis[][]> {
  const results = () => searches.map((search) => search.results());
  if (signal?.aborted) return results();
  const { next, text } = await model.prefill(prompts, maxNewTokens);
  try {
    let logProbabilities = next;
    /** For each live search the rows that are its own. */
    let live = searches.map((search, row) => ({ search, rows: [row] }));
    while (!signal?.aborted) {
      const parents: number[] = [];
      const tokens: number[][] = [];
      const goingOn: typeof live = [];
      for (const { search, rows } of live) {
        const continuations = search.advance(rows.flatMap((row) => logProbabilities[row] ?? []));
        if (continuations.length === 0) continue;
        goingOn.push({ search, rows: continuations.map((_, index) => parents.length + index) });
        for (const { parent, token } of continuations) {
          parents.push(rows[parent] ?? 0);
          tokens.push([token]);
        }
      }
      live = goingOn;
      if (live.length === 0) break;
      selectRows(text, parents);
      logProbabilities = await model.continue(text, tokens);
    }
    return results();
  } finally {
    text.cache.release();
  }
}
