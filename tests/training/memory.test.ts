import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';

const CHILD = fileURLToPath(new URL('./memory-child.ts', import.meta.url));
/** Bytes of the child's weights: two matrices of 2048 by 2048. */
const WEIGHTS = 2 * 4 * 2048 ** 2;

describe('the memory of training', function () {
  this.timeout(120_000);
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('is that of one state and its gradients, and does not grow over steps', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--expose-gc', '--import', 'tsx'],
      ...[CHILD, folder.path],
    ]);
    const [before = 0, few = 0, many = 0] = JSON.parse(stdout);
    // The state is there before the first step. A second one would take three times the weights more.
    assert.ok(few - before < 2.5 * WEIGHTS, `${(few - before) / 1e6} MB in the first steps`);
    assert.ok(many - few < 0.5 * WEIGHTS, `${(many - few) / 1e6} MB in the steps after them`);
  });
});
