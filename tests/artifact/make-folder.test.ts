import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../artifact/folder/make-folder.ts';
import { refusal } from '../../artifact/system-error.ts';
import { oneSentence } from '../support/one-sentence.ts';

describe('making a folder', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'make-folder-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('makes those above it, at once with others, and takes one that is there', async () => {
    const deep = join(folder, 'a', 'b', 'c');
    await Promise.all([makeFolder(deep), makeFolder(deep), makeFolder(join(folder, 'a', 'd'))]);
    await makeFolder(deep);
    assert.ok((await stat(deep)).isDirectory());
    assert.ok((await stat(join(folder, 'a', 'd'))).isDirectory());
  });

  it('throws what the system says where a file is in the way', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await assert.rejects(makeFolder(file), { code: 'EEXIST' });
    await assert.rejects(makeFolder(join(file, 'below')), { code: 'ENOTDIR' });
  });

  it('ends where a folder takes none', async function () {
    if (!existsSync('/proc/self')) this.skip();
    await assert.rejects(
      makeFolder('/proc/flamingo-onnx/emoji'),
      oneSentence(/as \/proc takes no folders: choose another place\.$/),
    );
  });

  it('is told in words where the folder takes nothing, or a file is in the way', () => {
    const failed = (code: string) => Object.assign(new Error(`${code}: mkdir`), { code });
    assert.match(
      refusal('out', failed('ENOENT'), 'written'),
      /^out cannot be written: the folder .* choose another/,
    );
    assert.equal(refusal('out', failed('ENOENT')), 'out does not exist.');
    for (const code of ['EEXIST', 'ENOTDIR'])
      assert.match(
        refusal('out', failed(code)),
        /^out cannot be used: a file is where a folder is needed; choose/,
      );
  });

  it('is told in words where the disk is read-only', () => {
    const error = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    assert.equal(
      refusal('out', error),
      'out cannot be written: its disk is read-only; choose another place.',
    );
  });
});
