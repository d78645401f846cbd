import assert from 'node:assert/strict';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import { compiledModel, picture } from './compiled-model.ts';

describe('the choices that are scored', () => {
  it('are known to the types as those that were given', async () => {
    const model = await loadFlamingo(await compiledModel());
    try {
      const scored = await model.score(
        { query: { image: picture('dog.jpg'), text: 'Output:' } },
        ['a dog', 'a cat'],
        { normalise: 'none' },
      );
      // Does not compile where `choice` is any text, or a name that was not given.
      const named: Readonly<Record<(typeof scored)[number]['choice'], string>> = {
        'a dog': 'dog',
        'a cat': 'cat',
      };
      assert.deepEqual(
        scored.map(({ choice }) => named[choice]),
        ['dog', 'cat'],
      );
    } finally {
      await model.close();
    }
  });
});
