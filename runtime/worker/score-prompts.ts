import { UserError } from '../../artifact/user-error.ts';
import type { LanguageModel } from '../generate/language-model.ts';
import type { MemoryPlan } from '../generate/memory-plan.ts';
import type { PrefixCache } from '../generate/prefix-cache.ts';
import { refuseSpecialTokensIn } from '../prompt/plain-text.ts';
import { scoreCandidates } from '../score.ts';
import { type ChoiceScore, rankChoices } from '../score-choices.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { Preparation } from './preparation.ts';
import type { Asked, RequestOptions, ScoreOptions } from './protocol.ts';

/** What choices are scored with. */
export type ScoringMeans = {
  readonly language: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly preparation: Preparation;
  readonly plan: MemoryPlan;
  readonly prefixes: PrefixCache;
  /** Tokens of prompts that are read in one run. */
  readonly chunk: number;
  /** @throws UserError when others wrote to the weights' files */
  checkWeights(): Promise<void>;
};

/**
 * Log-likelihoods of choices after prompts, the mean over these, in the order given.
 *
 * @throws UserError for choices or options that are none, and as `Preparation.choices`
 */
export async function scorePrompts(
  prompts: readonly Asked[],
  choices: readonly string[],
  { normalise, endOfChunk = false }: ScoreOptions,
  { language, tokenizer, preparation, plan, prefixes, chunk, checkWeights }: ScoringMeans,
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
  const sums = choices.map(() => 0);
  let lengths: readonly number[] = [];
  for (const prompt of prompts) {
    await checkWeights();
    const encoded = await preparation.choices(prompt, choices, endOfChunk, request);
    const rest = encoded.remainder.length > 0 ? [encoded.remainder] : [];
    const { signal } = request;
    const release = await plan.reserve(
      { prompt: encoded.prompt.tokens.length, written: 0, rows: 1, batched: false },
      signal,
    );
    const candidates = [...encoded.candidates, ...rest];
    const options = { signal, chunk, prefixes };
    const scores = await scoreCandidates(language, encoded.prompt, candidates, options).finally(release);
    const totals = scores.map((each) => each.reduce((sum, score) => sum + score, 0));
    const ofPrompt = rest.length > 0 ? (totals.at(-1) ?? 0) : 0;
    for (const index of choices.keys()) sums[index] = (sums[index] ?? 0) + (totals[index] ?? 0) - ofPrompt;
    lengths = encoded.lengths;
  }
  return rankChoices(
    choices.map((choice, index) => ({
      choice,
      logLikelihood: (sums[index] ?? 0) / prompts.length,
      tokens: lengths[index] ?? 0,
    })),
    normalise,
  );
}
