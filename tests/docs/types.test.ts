import assert from 'node:assert/strict';
import { loadModel } from '../../compiler/frontend/load-model.ts';
import { SourceError } from '../../compiler/frontend/source-error.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { modelsOf } from './models-of.ts';

describe('the helper of docs/types.md that takes any shape', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('type-checks and builds as it is written, and a size that does not fit is found when building', async () => {
    const [code = '', ...others] = await modelsOf('docs/types.md');
    assert.equal(others.length, 0);
    const { graphs } = await loadModel(await folder.write('mixed.ts', code));
    assert.deepEqual(Object.keys(graphs), ['mixed']);
    const wrong = code.replace('last: linear(dim, dim)', 'last: linear(dim, 3)');
    assert.notEqual(wrong, code);
    await assert.rejects(
      loadModel(await folder.write('wrong.ts', wrong)),
      (error) => error instanceof SourceError && /8.*3|3.*8/.test(error.message),
    );
  });

  it('is red where it is generic over shapes, as the page says', async () => {
    const [code = ''] = await modelsOf('docs/types.md');
    const generic = code
      .replace('type Tensor }', 'type Shape, type Tensor }')
      .replace(
        '(x: Tensor, made: Tensor, part: number): Tensor =>',
        "<S extends Shape>(x: Tensor<'float32', S>, made: Tensor<'float32', S>, part: number): Tensor<'float32', S> =>",
      );
    assert.notEqual(generic, code);
    await assert.rejects(loadModel(await folder.write('generic.ts', generic)), SourceError);
  });
});
