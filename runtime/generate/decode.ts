import type { LanguageModel, PreparedPrompt } from './language-model.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import type { Hypothesis, Search } from './search/search.ts';

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
  const scheduler = new Scheduler(model);
  const answers = searches.map((search, index) =>
    scheduler.answer({
      prepare: async () => prompts[index] ?? { tokens: [], media: [] },
      ...{ search, rows: 1, newTokens: maxNewTokens, signal },
    }),
  );
  // An error that fails one is told when the others have ended.
  await Promise.allSettled(answers);
  return Promise.all(answers);
}
