import { type Caller, captureCallSite } from './call-site.ts';
import { ModelError } from './errors/model-error.ts';
import { modelErrorAt } from './errors/model-error-at.ts';

/**
 * Runs the body of an author's function that does more than apply one operator: a mistake found in it gets the
 * author's file and line.
 *
 * @param below the function that the author calls, where that is one outside the DSL
 */
export function atCallSite<R>(body: () => R, below?: Caller): R {
  try {
    return body();
  } catch (error) {
    if (error instanceof ModelError && error.callSite === undefined) {
      throw modelErrorAt(error.sentence, captureCallSite(below));
    }
    throw error;
  }
}
