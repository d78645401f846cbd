import { pathToFileURL } from 'node:url';
import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import { loadInThread } from './load-in-thread.ts';
import type { LoadOptions } from './load-options.ts';
import type { FlamingoModel } from './model.ts';
import { startThread } from './worker/start-thread.ts';

/**
 * Loads a compiled model in a thread of its own: the caller's event loop stays free while it computes.
 *
 * @param directory The artifact's folder.
 * @throws UserError for an artifact or a provider that cannot be used; see `openArtifact` and `openSession`.
 */
export async function loadFlamingo(directory: string, options: LoadOptions = {}): Promise<FlamingoModel> {
  checkArgument("the model's folder", schemas.path, directory);
  checkArgument('the options of loadFlamingo', schemas.loadOptions, options);
  const { worker, ...rest } = options;
  const start = startThread(typeof worker === 'string' ? pathToFileURL(worker) : worker);
  return loadInThread(start, directory, rest);
}
