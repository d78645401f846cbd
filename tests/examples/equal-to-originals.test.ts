import assert from 'node:assert/strict';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import { picture, TOKENIZER } from '../runtime/compiled-model.ts';
import { assertEqualsOriginal, compiledExample, expectedOf } from './example.ts';

/** Graphs of the examples, by the exports that they have. */
const GRAPHS = [
  { name: 'register-vit', exportName: 'encoder' },
  { name: 'convnext', exportName: 'encoder' },
  { name: 'swin', exportName: 'default' },
  { name: 'mixture-of-experts', exportName: 'default' },
  { name: 'q-former', exportName: 'resampler' },
] as const;

describe('the examples', () => {
  for (const { name, exportName } of GRAPHS) {
    for (const fusion of [true, false]) {
      it(`${name} computes what its original does, fusion ${fusion ? 'on' : 'off'}`, async () => {
        const artifact = await compiledExample(name, { exportName, fusion });
        await assertEqualsOriginal(artifact, await expectedOf(name));
      });
    }
  }

  for (const [name, exportName] of [
    ['register-vit', 'default'],
    ['convnext', 'default'],
    ['q-former', 'default'],
    ['q-former', 'withTokens'],
  ] as const) {
    it(`${name} is part of a model that is shown a picture (${exportName})`, async () => {
      const artifact = await compiledExample(name, {
        exportName,
        weights: [],
        seed: 2,
        tokenizer: TOKENIZER,
      });
      const model = await loadFlamingo(artifact, { threads: 1 });
      const prompt = { query: { image: picture('cat.png') } };
      const { tokens } = await model.generate(prompt, { maxNewTokens: 2 });
      await model.close();
      assert.equal(tokens.length, 2);
    });
  }
});
