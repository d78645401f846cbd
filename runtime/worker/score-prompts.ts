import pLimit from 'p-limit';
import { UserError } from '../../artifact/user-error.ts';
import type { Scheduler } from '../generate/scheduler/scheduler.ts';
import { refuseSpecialTokensIn } from '../prompt/plain-text.ts';
import { requireTokens } from '../score.ts';
import { type ChoiceScore, rankChoices } from '../score-choices.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { Preparation } from './preparation.ts';
import type { Asked, RequestOptions, ScoreOptions } from './protocol.ts';

/** Prompts of one call that are scored side by side. */
const PROMPTS_AT_ONCE = 8;

/** What choices are scored with. */
export type ScoringMeans = {
  readonly tokenizer: Tokenizer;
  readonly preparation: Preparation;
  readonly scheduler: Scheduler;
  /** @throws UserError when others wrote to the weights' files */
  checkWeights(): Promise<void>;
};

/**
 * Log-likelihoods of choices after prompts, the mean over these, in the order given. The prompts are read side by side, and
 * beside whatever else is asked.
 *
 * @throws UserError for choices or options that are none, and as `Preparation.choices`
 */
export async function scorePrompts(
  prompts: readonly Asked[],
  choices: readonly string[],
  { normalise, endOfChunk = false }: ScoreOptions,
  { tokenizer, preparation, scheduler, checkWeights }: ScoringMeans,
  request: RequestOptions = {},
): Promise<ChoiceScore[]> {
  if (!['none', 'tokens', 'bytes'].includes(normalise)) {
    throw new UserError(
      `The option normalise is ${JSON.stringify(normalise)} but 'none', 'tokens' or 'bytes' is expected: say how choices of different lengths compare.`,
    );
  }
  if (choices.length === 0) throw new UserError('There are no choices to score: give at least one.');
  for (const choice of choices) {
    if (choice === '') throw new UserError('A choice is empty: give each choice at least one word.');
    refuseSpecialTokensIn(choice, 'A choice', tokenizer);
  }
  const turns = pLimit(PROMPTS_AT_ONCE);
  const failed = new AbortController();
  const failures: unknown[] = [];
  const signal = request.signal ? AbortSignal.any([request.signal, failed.signal]) : failed.signal;
  const score = async (prompt: Asked) => {
    let lengths: readonly number[] = [];
    const scores = await scheduler.score({
      signal,
      async prepare() {
        await checkWeights();
        const encoded = await preparation.choices(prompt, choices, endOfChunk, { ...request, signal });
        lengths = encoded.lengths;
        const { remainder } = encoded;
        const candidates = [...encoded.candidates, ...(remainder.length > 0 ? [remainder] : [])];
        requireTokens(candidates);
        return { prompt: encoded.prompt, candidates };
      },
    });
    const totals = scores.map((each) => each.reduce((sum, score) => sum + score, 0));
    // What the prompt alone has behind the place where its choices begin.
    const ofPrompt = totals[choices.length] ?? 0;
    return { lengths, totals: totals.map((total) => total - ofPrompt) };
  };
  const results = await Promise.all(
    prompts.map((prompt) =>
      turns(() => score(prompt)).catch((error: unknown) => {
        failures.push(error);
        failed.abort();
        return undefined;
      }),
    ),
  );
  for (const failure of failures) throw failure;
  const sums = choices.map((_, index) =>
    results.reduce((sum, result) => sum + (result?.totals[index] ?? 0), 0),
  );
  const lengths = results.at(-1)?.lengths ?? [];
  return rankChoices(
    choices.map((choice, index) => ({
      choice,
      logLikelihood: (sums[index] ?? 0) / prompts.length,
      tokens: lengths[index] ?? 0,
    })),
    normalise,
  );
}
