import { loadFlamingo } from '../../runtime/index.ts';
import type { MemorySample } from '../support/memory-sample.ts';
import { noiseImage } from '../support/noise-image.ts';

/**
 * Answers requests through the runtime and sends the process's resident size to the parent as it goes:
 * `requests.ts ARTIFACT REQUESTS SAMPLES THREADS`. A process of its own, so that it holds nothing else.
 */
const [, , artifact = '', ...numbers] = process.argv;
const [requests = 0, samples = 1, threads = 1] = numbers.map(Number);

/** Less than the images of all requests need, so that the memory of images is full and in turn throughout. */
const IMAGE_MEMORY = 2 ** 20;

await using model = await loadFlamingo(artifact, { threads, imageMemory: IMAGE_MEMORY });
const shots = await Promise.all(
  [0, 1].map(async (seed) => ({ image: await noiseImage(seed, 96), text: 'Output: noise' })),
);
for (let request = 1; request <= requests; request++) {
  const prompt = { shots, query: { image: await noiseImage(10 + request, 96), text: 'Output:' } };
  if (request % 20 === 0) await model.score(prompt, [' snow', ' rain'], { normalise: 'none' });
  else if (request % 10 === 0) await model.generate(prompt, { beams: 3, maxNewTokens: 8 });
  else await model.generate(prompt, { maxNewTokens: 8 });
  if (request % Math.ceil(requests / samples) === 0) {
    globalThis.gc?.();
    const sample: MemorySample = { request, resident: process.memoryUsage.rss() };
    process.send?.(sample);
  }
}
