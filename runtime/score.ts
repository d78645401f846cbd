import { UserError } from '../artifact/user-error.ts';
import type { LanguageModel, PreparedPrompt } from './generate/language-model.ts';
import { type ReadOptions, readPrompt } from './generate/prompt-reader.ts';
import { RunningScores } from './generate/scheduler/running-scores.ts';

export type CandidateOptions = ReadOptions & {
  /** Most tokens of candidates in one run, default 256. */
  readonly atOnce?: number;
};

/**
 * Log-probability of each token of each candidate after a prompt, log p(token | prompt, the candidate's tokens before
 * it). The prompt is read once; candidates are read side by side on its cache. See `Scheduler.score` for many prompts.
 *
 * @param candidates Token ids of each candidate, none of them empty.
 * @throws UserError for an empty candidate; the signal's reason when aborted.
 */
export async function scoreCandidates(
  model: LanguageModel,
  prompt: PreparedPrompt,
  candidates: readonly (readonly number[])[],
  { atOnce, ...options }: CandidateOptions = {},
): Promise<number[][]> {
  requireTokens(candidates);
  const { signal } = options;
  const running = new RunningScores(model, atOnce);
  const scores: number[][] = candidates.map(() => []);
  const failures: unknown[] = [];
  const end = (error?: unknown) => {
    if (error !== undefined) failures.push(error);
  };
  const { next, text } = await readPrompt(model, prompt, options);
  running.add(text, [{ prompt, candidates, scores, newTokens: 0, signal, end }], [next]);
  while (running.size > 0) {
    await running.step();
    running.dropStopped();
  }
  for (const failure of failures) throw failure;
  signal?.throwIfAborted();
  return scores;
}

/** @throws UserError for a candidate without tokens */
export function requireTokens(candidates: readonly (readonly number[])[]): void {
  const empty = candidates.findIndex((tokens) => tokens.length === 0);
  if (empty >= 0) throw new UserError(`Choice ${empty} has no tokens: give each choice at least one word.`);
}
