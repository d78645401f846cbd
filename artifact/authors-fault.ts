import { ModelError } from '../dsl/errors/model-error.ts';
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
  const wrapped = new UserError(`In ${what}, the recipe threw ${thrownWords(error)}`);
  wrapped.cause = error;
  return wrapped;
}

/** The end of a sentence about what an author's code threw: its first line, with the full stop that it mostly lacks. */
export function thrownWords(error: unknown): string {
  const [line = ''] = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split(
    '\n',
    1,
  );
  return /[.!?]$/.test(line) ? line : `${line.trimEnd().replace(/[:,;]$/, '')}.`;
}
