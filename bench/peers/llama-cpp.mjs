/**
 * Answers each line `past tokens` with what a token took in llama.cpp: `processor-ms clock-ms`. It runs where
 * node-llama-cpp is installed; the other side is `decode-here.ts`.
 *
 *     node llama-cpp.mjs MODEL.gguf THREADS
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

// Installed in the folder that it is run in, not in this project.
const from = createRequire(join(process.cwd(), 'package.json'));
const { getLlama } = await import(pathToFileURL(from.resolve('node-llama-cpp')).href);
const [modelPath, threads] = [process.argv[2], Number(process.argv[3])];
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: 'error' });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 2560, batchSize: 512, threads });
const sequence = context.getSequence();
const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [past, count] = line.split(' ').map(Number);
  await sequence.clearHistory();
  const tokens = Array.from({ length: past }, (_, place) => 300 + ((place * 7919) % 250));
  await sequence.evaluateWithoutGeneratingNewTokens(tokens);
  let [processor, clock, written] = [0, 0, 0];
  for await (const _ of sequence.evaluate([5], { temperature: 0, yieldEogToken: true })) {
    // The first two tokens warm up.
    if (written === 2) [processor, clock] = [used(), performance.now()];
    if (written === count + 2) break;
    written++;
  }
  console.log((used() - processor) / count, (performance.now() - clock) / count);
}
await llama.dispose();
