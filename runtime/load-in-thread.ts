import type { LoadOptions } from './load-options.ts';
import { modulesOf } from './media/own-ways.ts';
import type { FlamingoModel } from './model.ts';
import { type StartThread, WorkerClient } from './worker/client.ts';

/** As `loadFlamingo`, in a thread that is started in some way. */
export async function loadInThread(
  start: StartThread,
  directory: string,
  options: Omit<LoadOptions, 'worker'> = {},
): Promise<FlamingoModel> {
  const {
    verify = false,
    imageMemory = 256 * 2 ** 20,
    concurrency = 32,
    queue = 1024,
    ways = [],
    ...session
  } = options;
  const opened = WorkerClient.open(
    { directory, verify, imageMemory, concurrency, queue, ways: modulesOf(ways), ...session },
    start,
  );
  // What checks the questions is read while the thread opens the model, which need not wait for it.
  const [{ client, manifest }, { FlamingoModel }] = await Promise.all([opened, import('./model.ts')]);
  return new FlamingoModel(client, manifest);
}
