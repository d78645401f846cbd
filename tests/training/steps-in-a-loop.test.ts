import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { fitRecipe, runRecipe } from './run-recipe.ts';

describe('several steps in one call', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('come to the same weights as single steps, bit for bit, and go on from a checkpoint between two calls', async () => {
    const single = await runRecipe(fitRecipe({ steps: 7 }), join(folder.path, 'single'));
    const expected = await readFile(single.weights);

    const several = () => fitRecipe({ steps: 7, stepsPerCall: 3 });
    const out = join(folder.path, 'several');
    const stopped = await runRecipe(several(), out, { stopAfter: 4 });
    assert.equal(stopped.step, 4);
    assert.notDeepEqual(await readFile(stopped.weights), expected);
    const resumed = await runRecipe(several(), out);
    assert.deepEqual([resumed.made, resumed.step, resumed.loss], [3, 7, single.loss]);
    assert.deepEqual(await readFile(resumed.weights), expected);
  });
});
