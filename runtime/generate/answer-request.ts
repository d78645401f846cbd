import type { PreparedPrompt } from './language-model.ts';
import type { Search } from './search.ts';

/** A prompt that is to be answered beside others. */
export type AnswerRequest = {
  readonly prompt: PreparedPrompt;
  readonly search: Search;
  /** The most tokens of its answer. */
  readonly newTokens: number;
  /** Stops it between two steps. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Told once: the search has its results, or what they were when it was stopped.
   *
   * @param error why there will be none
   */
  end(error?: unknown): void;
};
