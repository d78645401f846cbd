import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';

const CHILD = fileURLToPath(new URL('./memory-child.ts', import.meta.url));
/** Bytes of the child's weights: 2048 by 2048 of them. */
const WEIGHTS = 4 * 2048 ** 2;

describe('the memory of training', () => {
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
    const [before = 0, few = 0, ...later]: number[] = JSON.parse(stdout);
    // The state is there before the first step. Its gradients take as much as the weights, a second state would take three times as much.
    assert.ok(few - before < 3 * WEIGHTS, `${(few - before) / 1e6} MB in the first steps`);
    // What each step keeps is there in every run of steps; what the allocator takes once, in some of them.
    const growth = later.map((size, index) => size - (index === 0 ? few : (later[index - 1] ?? 0)));
    assert.equal(growth.length, 4);
    assert.ok(
      Math.min(...growth) < WEIGHTS / 4,
      `${growth.map((size) => size / 1e6)} MB in the steps after them`,
    );
  });
});
