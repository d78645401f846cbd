import assert from 'node:assert/strict';
import { isFileName } from '../../artifact/folder/is-file-name.ts';

describe('the name of a file in a folder', () => {
  it('is no path, neither the folder nor the one above, and of no control characters', () => {
    for (const name of ['model.onnx', '.hidden', '...', 'a..b', 'a b', 'é'])
      assert.equal(isFileName(name), true, name);
    for (const name of ['', '.', '..', 'a/b', '/a', 'a\\b', '../a', 'a\0', 'a\n', '\n', '..\n'])
      assert.equal(isFileName(name), false, JSON.stringify(name));
  });
});
