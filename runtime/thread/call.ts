import { type ErrorMessage, packError } from './error-message.ts';

/** What came of a call to a thread, by the number that the caller gave it. */
export type Answer<Result = unknown> =
  | { readonly kind: 'done'; readonly id: number; readonly result: Result }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorMessage };

/**
 * Does what a call asks, in the thread that was called, and sends what came of it; never throws.
 *
 * @param send sends the answer
 */
export async function answerCall<Result>(
  id: number,
  work: () => Promise<Result>,
  send: (answer: Answer<Result>) => void,
): Promise<void> {
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    send({ kind: 'failed', id, error: packError(error) });
    return;
  }
  send({ kind: 'done', id, result });
}
