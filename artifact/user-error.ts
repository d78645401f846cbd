/**
 * A mistake that the person at the keyboard can mend: bad input, a missing file, an impossible option. The message is
 * one sentence: where, what was expected, what was found, what to do. The command line prints it without a stack trace.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}
