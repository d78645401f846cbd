import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArtifactFolder } from '../../artifact/folder/artifact-folder.ts';
import { checkWritable } from '../../artifact/folder/check-writable.ts';
import { oneSentence } from '../support/one-sentence.ts';

/** Does something as a user whom permissions bind: root may all. */
async function asAnybody<R>(work: () => Promise<R>): Promise<R> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a place that a result shall go to', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-writable-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is tried without a trace', async () => {
    const path = join(folder, 'answers.jsonl');
    await checkWritable(path);
    assert.deepEqual(await readdir(folder), []);
    await writeFile(path, 'from before');
    await checkWritable(path);
    assert.equal(await readFile(path, 'utf8'), 'from before');
    assert.deepEqual(await readdir(folder), ['answers.jsonl']);
  });

  it('is refused where there is no folder, a folder or a file in the way', async () => {
    const none = /x cannot be written, as there is no folder .*(none|file): make it first\.$/;
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(checkWritable(join(folder, 'none', 'x')), oneSentence(none));
    await assert.rejects(checkWritable(join(folder, 'file', 'x')), oneSentence(none));
    await assert.rejects(checkWritable(folder), oneSentence(/is a folder, but a file was expected\.$/));
  });

  it('is refused where a folder takes no files', async function () {
    if (!existsSync('/proc/self')) this.skip();
    await assert.rejects(
      checkWritable('/proc/x'),
      oneSentence(/^\/proc\/x cannot be written, as \/proc takes/),
    );
  });

  it('is said to be one that may not be written where this user may not', async function () {
    if (process.platform === 'win32') this.skip();
    const closed = join(folder, 'closed');
    await mkdir(closed);
    await chmod(folder, 0o755);
    await chmod(closed, 0o555);
    const denied = oneSentence(/may not be written: permission denied\.$/);
    await asAnybody(() => assert.rejects(checkWritable(join(closed, 'x')), denied));
    const write = () => {
      throw new Error('nothing is written there');
    };
    await asAnybody(() => assert.rejects(writeArtifactFolder(join(closed, 'model'), false, write), denied));
    assert.deepEqual(await readdir(closed), []);
  });
});
