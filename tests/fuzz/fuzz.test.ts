import assert from 'node:assert/strict';
import { loadReader, readerNames } from './load-readers.ts';
import { Random } from './random.ts';
import { watchedRun } from './watched-run.ts';

/** Files for each reader: `npm run fuzz` reads more of them. */
const FILES = 150;

describe('damaged and hostile files', () => {
  for (const reader of readerNames()) {
    it(`${reader}: each is taken or refused in a sentence, in bounded memory and time`, async () => {
      const { files, findings } = await watchedRun({ reader, seed: 20, files: FILES });
      assert.deepEqual(findings, []);
      assert.equal(files, FILES);
    });
  }

  it('are the same for the same seed and number', async () => {
    const { make } = await (await loadReader('rules')).prepare('');
    assert.deepEqual(make(new Random(1, 7)), make(new Random(1, 7)));
    assert.notDeepEqual(make(new Random(1, 7)), make(new Random(2, 7)));
    assert.notDeepEqual(make(new Random(1, 7)), make(new Random(1, 8)));
  });

  it('are found: a reader that hangs, grows, ends its process, or throws what is no sentence', async function () {
    // Elsewhere the system does not say what a process takes.
    if (process.platform !== 'linux') this.skip();
    const { files, findings } = await watchedRun({ reader: '../misbehaving', seed: 1, files: 8 });
    assert.equal(files, 8);
    const problems = new Map(findings.map(({ file, problem }) => [file, problem]));
    assert.match(problems.get(1) ?? '', /threw what is no sentence: RangeError/);
    assert.match(problems.get(2) ?? '', /computed for more than 2 s/);
    assert.match(problems.get(3) ?? '', /grew by \d+ MiB/);
    assert.match(problems.get(4) ?? '', /ended the process \(7\)/);
    assert.match(problems.get(5) ?? '', /took \d+ characters to refuse it/);
    assert.match(problems.get(6) ?? '', /took several lines to refuse it/);
    assert.equal(findings.length, 6);
  });
});
