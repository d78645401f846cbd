import { UserError } from '../../artifact/user-error.ts';
import type { RuntimeProvider } from '../provider/runtime-provider.ts';
import { reasonOf } from '../session.ts';

/** Why a session of a graph did not open, in one sentence with what helps. */
export function sessionRefusal(
  path: string,
  { name, whyNotStarted }: Pick<RuntimeProvider, 'name' | 'whyNotStarted'>,
  error: unknown,
): UserError {
  const reason = reasonOf(error);
  const helps = whyNotStarted(reason);
  if (helps !== undefined) return new UserError(`Provider '${name}' does not start (${reason}): ${helps}.`);
  if (/External data path escapes/i.test(reason)) {
    return new UserError(
      `ONNX Runtime reads no weights that ${path} finds by a symbolic link out of its folder: put the file itself there, as 'cp -rL' does for the whole folder.`,
    );
  }
  return new UserError(`ONNX Runtime refuses ${path} (${reason}): compile the model again.`);
}
