import assert from 'node:assert/strict';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import { assertClose } from '../models/close.ts';
import { rowsOf } from '../models/reference.ts';
import { TOKENIZER } from '../runtime/compiled-model.ts';
import { compiledExample, expectedOf } from './example.ts';
import { logitsOf } from './language-graph.ts';

describe('the example nanogpt', () => {
  let artifact: string;
  before(async () => {
    artifact = await compiledExample('nanogpt', { tokenizer: TOKENIZER });
  });

  for (const first of [9, 4, 1]) {
    it(`gives PyTorch's logits, ${first} of 9 tokens in the first call, the others on its cache`, async () => {
      const expected = await expectedOf('nanogpt');
      const tokens = await rowsOf(expected, 'tokens');
      assertClose(await logitsOf(artifact, tokens, first), await expected.readFloat32('logits'));
    });
  }

  it('answers a prompt greedily as PyTorch does', async () => {
    const expected = await expectedOf('nanogpt');
    const [[prompt]] = [await rowsOf(expected, 'prompt')];
    const model = await loadFlamingo(artifact, { threads: 1 });
    const text = String.fromCharCode(...(prompt ?? []).slice(1));
    const { tokens } = await model.generate({ query: { text } }, { maxNewTokens: 8 });
    await model.close();
    assert.deepEqual(tokens, (await rowsOf(expected, 'answer'))[0]);
  });
});
