import { loadFlamingo } from '../../runtime/index.ts';
import type { AnswerSample } from '../support/answer-sample.ts';
import { noiseImage } from '../support/noise-image.ts';
import { ownPeak } from './own-peak.mjs';

/**
 * Loads a model and answers one prompt of two examples and a query: `answer-once.ts ARTIFACT TOKENS THREADS`. A process
 * of its own, so that its largest size is the model's.
 */
const [, , artifact = '', tokens = '1', threads = '1'] = process.argv;
const image = (seed: number) => noiseImage(seed, 224);
const prompt = {
  shots: [
    { image: await image(1), text: 'Output: noise' },
    { image: await image(2), text: 'Output: snow' },
  ],
  query: { image: await image(3), text: 'Output:' },
};

const started = performance.now();
await using model = await loadFlamingo(artifact, { threads: Number(threads) });
const loaded = performance.now();
const times: number[] = [];
await model.generate(prompt, {
  maxNewTokens: Number(tokens),
  onToken: () => times.push(performance.now()),
});
const [first = Number.NaN] = times;
const last = times.at(-1) ?? Number.NaN;
const sample: AnswerSample = {
  load: (loaded - started) / 1000,
  firstToken: (first - loaded) / 1000,
  tokensPerSecond: (1000 * (times.length - 1)) / (last - first),
  peak: ownPeak(),
};
process.send?.(sample);
