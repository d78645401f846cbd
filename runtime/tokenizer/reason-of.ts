import { plain } from '../../artifact/quoted.ts';

/** A reason quotes names from the file, which may be of any length. */
const LONGEST_REASON = 500;

/** The first line of what went wrong, without a full stop, for use in brackets. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return plain((message.split('\n')[0] ?? '').replace(/\.$/, ''), LONGEST_REASON);
}
