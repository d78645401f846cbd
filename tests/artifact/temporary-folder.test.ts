import assert from 'node:assert/strict';
import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTemporaryFolder } from '../../artifact/folder/temporary-folder.ts';
import { UserError } from '../../artifact/user-error.ts';

describe('a temporary folder', () => {
  it('is a new one each time', async () => {
    const folders = await Promise.all([makeTemporaryFolder('test'), makeTemporaryFolder('test')]);
    assert.notEqual(folders[0], folders[1]);
    for (const folder of folders) {
      assert.ok((await stat(folder)).isDirectory());
      await rm(folder, { recursive: true });
    }
  });

  it('is refused in a sentence where none can be made', async () => {
    const names = ['TMPDIR', 'TMP', 'TEMP'];
    const before = names.map((name) => [name, process.env[name]] as const);
    const nowhere = join(tmpdir(), 'there-is-no-such-folder');
    for (const name of names) process.env[name] = nowhere;
    try {
      await assert.rejects(makeTemporaryFolder('test'), (error) => {
        assert.ok(error instanceof UserError);
        assert.equal(
          error.message,
          `No temporary folder can be made in ${nowhere} (ENOENT): set TMPDIR (on Windows TEMP) to a folder that can be written.`,
        );
        return true;
      });
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
