import { UserError } from '../../artifact/user-error.ts';

/** An error as it crosses threads. `user`: a UserError, whose message is the whole of it. */
export type ErrorMessage = {
  readonly kind: 'user' | 'aborted' | 'internal';
  readonly message: string;
  readonly stack: string;
};

/** An error as it is sent to the other thread. */
export function packError(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) return { kind: 'internal', message: String(error), stack: '' };
  // By name: a way of one's own throws the error of the package's modules, where the thread is one file and has another.
  const { name } = error;
  const kind = name === 'UserError' ? 'user' : name === 'AbortError' ? 'aborted' : 'internal';
  return { kind, message: error.message, stack: error.stack ?? '' };
}

/** The error again: a UserError with the same sentence, an AbortError, or an Error with the worker's stack as cause. */
export function unpackError({ kind, message, stack }: ErrorMessage): Error {
  if (kind === 'user') return new UserError(message);
  if (kind === 'aborted') return new DOMException(message, 'AbortError');
  return new Error(message, { cause: stack });
}
