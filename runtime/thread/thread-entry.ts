import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../artifact/user-error.ts';
import { moduleAddress } from '../../dsl/module-address.ts';
import { missingRuntime } from '../session/missing-runtime.ts';

/**
 * The module that a thread starts with: beside the module that starts it, or beside the bundle that this became part of,
 * whose endings differ. Of several the one in CommonJS, which is loaded soonest; where it is still TypeScript the entry
 * that teaches the thread to read it.
 *
 * @param module the `import.meta.url` of the module that starts the thread
 * @param name what the thread's module is called, without its ending
 */
export function threadEntry(module: string | undefined, name: string): URL {
  const here = moduleAddress(module);
  if (here.endsWith('.ts')) return new URL('./development.mjs', here);
  const compiled = new URL(`./${name}.js`, here);
  const places = [new URL(`./${name}.cjs`, here), compiled, new URL(`./${name}.mjs`, here)];
  return places.find((place) => existsSync(place)) ?? compiled;
}

/** @throws UserError where the module is not there, as beside a program that was bundled without it */
export function checkThreadEntry(entry: URL): void {
  if (entry.protocol !== 'file:' || existsSync(entry)) return;
  throw new UserError(
    `The file of the thread that computes, ${fileURLToPath(entry)}, is missing, as beside a program that was bundled without it: bundle flamingo-onnx/worker too, as flamingo-worker.js beside the program, or say where it is with loadFlamingo(folder, { worker }).`,
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
