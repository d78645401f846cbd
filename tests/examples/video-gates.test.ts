import assert from 'node:assert/strict';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import { picture, TOKENIZER } from '../runtime/compiled-model.ts';
import { assertEqualsOriginal, compiledExample, expectedOf } from './example.ts';

describe('the example video-gates', () => {
  it("computes what PyTorch's blocks do, of a video of 7 frames and of a picture", async () => {
    const artifact = await compiledExample('video-gates', { exportName: 'blocks' });
    const expected = await expectedOf('video-gates');
    for (const suffix of ['', '.picture']) await assertEqualsOriginal(artifact, expected, suffix);
  });

  it('answers about videos of any number of frames', async () => {
    const artifact = await compiledExample('video-gates', { weights: [], seed: 3, tokenizer: TOKENIZER });
    const model = await loadFlamingo(artifact, { threads: 1 });
    const [dog, cat] = [picture('dog.jpg'), picture('cat.png')];
    for (const video of [[dog], [dog, cat], Array<string>(16).fill(cat)]) {
      const { tokens } = await model.generate({ query: { video, text: 'Output:' } }, { maxNewTokens: 3 });
      assert.equal(tokens.length, 3);
    }
    await model.close();
  });
});
