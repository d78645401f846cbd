import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../artifact/user-error.ts';
import { missingRuntime } from '../missing-runtime.ts';

/**
 * The module that a thread starts with: beside the module that starts it, `worker.js`, or where that is still TypeScript
 * the entry that teaches the thread to read it.
 *
 * @param module the `import.meta.url` of the module that starts the thread
 */
export function threadEntry(module: string): URL {
  return new URL(module.endsWith('.ts') ? './development.mjs' : './worker.js', module);
}

/** @throws UserError where the module is not there, as in a program that was bundled into one file */
export function checkThreadEntry(entry: URL): void {
  if (entry.protocol !== 'file:' || existsSync(entry)) return;
  throw new UserError(
    `The file of the thread that computes, ${fileURLToPath(entry)}, is missing, as in a program that was bundled into one file: keep the package out of the bundle (esbuild: --external:flamingo-onnx) and install it beside.`,
  );
}

/**
 * Why a thread ended, and what helps.
 *
 * @param subject what the sentence calls it
 */
export function threadFault(subject: string, error: Error): UserError {
  const { message } = error;
  const code = 'code' in error ? error.code : undefined;
  const missing = missingRuntime(error);
  if (missing !== undefined) return missing;
  const reason = message.split('\n')[0]?.replace(/\.$/, '') ?? '';
  const remedy = code === 'ERR_WORKER_OUT_OF_MEMORY' ? ', with fewer or smaller requests at once' : '';
  return new UserError(`${subject} ended unexpectedly (${reason}): load the model again${remedy}.`);
}
