import type colours from 'picocolors';
import type { UserError } from '../artifact/user-error.ts';
import { renderFindings, type SourceError } from '../compiler/frontend/source-error.ts';
import type { ModelError } from '../dsl/errors/model-error.ts';
import { missingRuntime } from '../runtime/session/missing-runtime.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { WrongUse } from './wrong-use.ts';

/**
 * What to print for an error, and the exit code that goes with it: one sentence for what the user can mend, the source
 * line for a mistake in a model file, and for a fault of this program a request to report it.
 *
 * @param debug add the stack
 */
export async function describeError(
  error: unknown,
  colour: ReturnType<typeof colours.createColors>,
  debug: boolean,
): Promise<{ readonly text: string; readonly code: ExitCode }> {
  const label = colour.red(colour.bold('error:'));
  if (isModelError(error) && error.callSite !== undefined) {
    // Found while compiling, not while the model file ran; shown in its source line all the same.
    const { buildingError } = await import('../compiler/frontend/building-error.ts');
    return describeError(buildingError(error, error.callSite.file), colour, debug);
  }
  const stack = debug && error instanceof Error ? `\n${fullStack(error)}` : '';
  if (isSourceError(error)) {
    const style = { heading: () => label, frame: colour.blue, mark: colour.red };
    return { text: `${renderFindings(error.findings, style)}${stack}`, code: EXIT.badInput };
  }
  if (isUserError(error) || isModelError(error)) {
    const code = error instanceof WrongUse ? EXIT.wrongUse : EXIT.badInput;
    return { text: `${label} ${error.message}${stack}`, code };
  }
  const missing = missingRuntime(error);
  if (missing !== undefined) return { text: `${label} ${missing.message}${stack}`, code: EXIT.badInput };
  const message = error instanceof Error ? error.message : String(error);
  const advice = debug ? '' : ' (a fault of flamingo; --debug shows where)';
  return { text: `${label} ${message.split('\n', 1)[0]}${advice}${stack}`, code: EXIT.fault };
}

// By name: beside a command that is one file of the package, the compiler's modules have errors of their own.

function isUserError(error: unknown): error is UserError {
  return error instanceof Error && error.name === 'UserError';
}

function isSourceError(error: unknown): error is SourceError {
  return isUserError(error) && 'findings' in error;
}

function isModelError(error: unknown): error is ModelError {
  return error instanceof Error && error.name === 'ModelError';
}

function fullStack(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${fullStack(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
