import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Loads a model in a thread of the program's own, whose main thread never imported the runtime. */
if (isMainThread) {
  const worker = new Worker(new URL('./foreign-thread.mjs', import.meta.url), {
    workerData: process.argv[2],
  });
  worker.once('message', (text: string) => process.stdout.write(text, () => process.exit()));
} else {
  const { loadFlamingo } = await import('../../../runtime/index.ts');
  try {
    const model = await loadFlamingo(String(workerData));
    await model.generate({ query: { text: 'Once' } }, { maxNewTokens: 1 });
    parentPort?.postMessage('answered');
  } catch (error) {
    parentPort?.postMessage(String(error));
  }
}
