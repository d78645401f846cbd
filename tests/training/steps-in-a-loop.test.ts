import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { smallRecipe } from './small-recipe.ts';
import { hashOf, trainHere } from './train-here.ts';

describe('several steps in one call', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('come to the same weights as single steps, bit for bit, and go on from a checkpoint between two calls', async () => {
    const single = await trainHere(smallRecipe({ steps: 7 }), join(folder.path, 'single'));
    const expected = await hashOf(single.weights);

    const several = () => smallRecipe({ steps: 7, stepsPerCall: 3 });
    const out = join(folder.path, 'several');
    const stopped = await trainHere(several(), out, { stopAfter: 4 });
    assert.equal(stopped.step, 4);
    assert.notEqual(await hashOf(stopped.weights), expected);
    const resumed = await trainHere(several(), out);
    assert.deepEqual([resumed.made, resumed.step, resumed.loss], [3, 7, single.loss]);
    assert.equal(await hashOf(resumed.weights), expected);
  });
});
