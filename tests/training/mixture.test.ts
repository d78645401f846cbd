import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openSafetensors, type SafetensorsFile } from '../../compiler/weights/safetensors.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { assertClose } from '../models/close.ts';
import { type SmallRecipe, smallRecipe } from './small-recipe.ts';
import { trainHere } from './train-here.ts';

describe('a weighted mixture of data sets', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('learns what one big batch of all their rows teaches, where the weights are their shares', async () => {
    // With PyTorch's epsilon, a gradient that is nothing but rounding would be scaled up to a whole step.
    const optimizer = { learningRate: 0.01, epsilon: 1e-3 };
    const train = (name: string, mixture: SmallRecipe['mixture'] & object) =>
      trainHere(smallRecipe({ mixture, optimizer }), join(folder.path, name));
    const big = await train('big', [{ rows: [1, 2, 3, 5], weight: 1 }]);
    const mixed = await train('mixed', [
      { rows: [3], weight: 0.25 },
      { rows: [5, 1, 2], weight: 0.75 },
    ]);
    assert.ok(Math.abs((big.loss ?? 0) - (mixed.loss ?? 1)) < 1e-5);
    const [expected, found] = await Promise.all([
      openSafetensors(big.weights),
      openSafetensors(mixed.weights),
    ]);
    assert.deepEqual([...found.names].sort(), [...expected.names].sort());
    const allOf = async (file: SafetensorsFile) =>
      (await Promise.all(expected.names.map((name) => file.readFloat32(name)))).flatMap((values) => [
        ...values,
      ]);
    assertClose(await allOf(found), await allOf(expected), 1e-5);
  });
});
