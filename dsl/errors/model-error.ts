import type { CallSite } from '../call-site.ts';

/**
 * A mistake in a model definition: one sentence that says what was expected, what was found and what to do.
 * `message` starts with the author's file and line when they are known; `sentence` is the bare sentence, the
 * same words that the type checker prints for the same mistake.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(
    readonly sentence: string,
    readonly callSite?: CallSite,
    /** The file and line as the message has them; see `modelErrorAt`. */
    place?: string,
  ) {
    super(place === undefined ? sentence : `${place}: ${sentence}`);
  }
}
