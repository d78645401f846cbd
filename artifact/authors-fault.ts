import { ModelError } from '../dsl/model-error.ts';
import { UserError } from './user-error.ts';

/**
 * What to throw for an error that came out of an author's own function: the error itself where it is a sentence already,
 * otherwise one sentence that says which function threw what. The original is its cause, for `--debug`.
 *
 * @param what `the data of task 'text', step 3`
 */
export function authorsFault(what: string, error: unknown): Error {
  if (error instanceof UserError || error instanceof ModelError) return error;
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  const message =
    error instanceof Error ? `${error.name}: ${error.message.split('\n', 1)[0]}` : String(error);
  const wrapped = new UserError(`In ${what}, the recipe threw ${message}`);
  wrapped.cause = error;
  return wrapped;
}
