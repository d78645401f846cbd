import { ModelError } from '../dsl/errors/model-error.ts';
import { UserError } from './user-error.ts';

/**
 * What to throw for an error that came out of an author's own function: one sentence that says which function threw what,
 * or before a sentence, such as that of a picture that cannot be read, where it was said. The original is its cause, for
 * `--debug`. A `ModelError` says its place itself.
 *
 * @param what `the data of task 'text', step 3`
 */
export function authorsFault(what: string, error: unknown): Error {
  if (error instanceof ModelError) return error;
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  const wrapped = new UserError(
    error instanceof UserError
      ? `In ${what}: ${error.message}`
      : `In ${what}, the recipe threw ${thrownWords(error)}`,
  );
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
