import { captureCallSite } from './call-site.ts';
import { ModelError } from './model-error.ts';

/**
 * Runs the body of an author's function that does more than apply one operator: a mistake found in it gets the
 * author's file and line.
 */
export function atCallSite<R>(body: () => R): R {
  try {
    return body();
  } catch (error) {
    if (error instanceof ModelError && error.callSite === undefined) {
      throw new ModelError(error.sentence, captureCallSite());
    }
    throw error;
  }
}
