import type { PreparedPrompt } from './language-model.ts';

/** A prompt that is to be read beside others, whatever is done after it. */
export type ReadRequest = {
  readonly prompt: PreparedPrompt;
  /** The most tokens that the text goes on with. */
  readonly newTokens: number;
  /** Stops it between two steps. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Told once: the request has its results, or what they were when it was stopped.
   *
   * @param error why there will be none
   */
  end(error?: unknown): void;
};
