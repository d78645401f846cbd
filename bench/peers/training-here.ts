import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  clipVit,
  flamingoParts,
  interleavedLogits,
  nextTokenLoss,
  opt,
  recipe,
  task,
} from '../../models/index.ts';
import { interleavedTokens } from '../support/interleaved-tokens.ts';
import { openTrainer } from '../support/open-trainer.ts';
import { normalValues } from '../support/weights.ts';

/**
 * Makes a step of training for each line, and answers with what it took and the memory of the process: `processor-ms
 * clock-ms resident-bytes`. The first line of all is the memory before any step. The other side is `training.py`, which gives the
 * sizes as JSON.
 */
const [sizesGiven = '{}', threads = '1'] = process.argv.slice(2);
const {
  rows,
  text,
  pictures,
  features,
  vision,
  latents,
  depth,
  dim,
  layers,
  every,
  heads,
  headDim,
  vocabulary,
} = JSON.parse(sizesGiven);
const imageToken = vocabulary - 1;
const places = Math.sqrt(features);

const model = flamingoParts({
  vision: clipVit({ image: 8 * places, patch: 8, dim: vision, layers: 1, heads: vision / 64 }),
  resampler: { depth, heads, headDim, latents },
  language: opt({ dim, layers, heads: dim / 64, vocabulary, contextLength: text, activation: 'gelu' }),
  crossAttention: { every, heads, headDim },
});
const shapes = {
  tokens: [rows, text],
  counted: [rows, text],
  features: [rows, pictures, 1, features, vision],
} as const;
const batch = {
  tokens: interleavedTokens({ rows, text, pictures, imageToken }),
  counted: new Uint8Array(rows * text).fill(1),
  features: normalValues(rows * pictures * features * vision, 1),
};
const training = recipe({
  name: 'episodes',
  steps: 100_000,
  parts: model.tree,
  tasks: [
    task({
      name: 'episodes',
      inputs: {
        tokens: { dtype: 'int64', shape: shapes.tokens },
        counted: { dtype: 'bool', shape: shapes.counted },
        features: { dtype: 'float32', shape: shapes.features },
      },
      loss: ({ tokens, counted, features }) =>
        nextTokenLoss(interleavedLogits(model, { tokens, features, imageToken }), tokens, counted),
      data: { batch: () => batch },
    }),
  ],
  optimizer: { learningRate: 1e-4 },
});

const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const folder = await mkdtemp(join(tmpdir(), 'flamingo-bench-'));
const trainer = await openTrainer(training, folder, { threads: Number(threads) });
globalThis.gc?.();
console.log(process.memoryUsage.rss());
for await (const _ of createInterface({ input: process.stdin })) {
  const [processor, clock] = [used(), performance.now()];
  await trainer.step();
  console.log(`${used() - processor} ${performance.now() - clock} ${process.memoryUsage.rss()}`);
}
await trainer.close();
await rm(folder, { recursive: true });
