import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../frontend/author-folder.ts';
import { flamingo } from './run-cli.ts';

describe('flamingo run without a folder', function () {
  this.timeout(120_000);
  let cache: string;
  const { FLAMINGO_CACHE: before } = process.env;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'flamingo-cache-'));
    process.env.FLAMINGO_CACHE = cache;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env.FLAMINGO_CACHE;
    else process.env.FLAMINGO_CACHE = before;
    await rm(cache, { recursive: true });
  });

  it('asks the model that ships, which it compiles at the first use alone', async () => {
    const example = (name: string) => join(ROOT, 'models/emoji/examples', `${name}.png`);
    const ask = () =>
      flamingo(
        ...['run', '--shot', example('openmoji-red-apple'), 'food'],
        ...['--shot', example('openmoji-bicycle'), 'travel', '--image', example('openmoji-high-heeled-shoe')],
      );
    const first = await ask();
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.stdout, 'objects\n');
    assert.match(first.stderr, /Compiling the model that ships, 'emoji', into .*; this is done once\./);
    const second = await ask();
    assert.deepEqual([second.code, second.stdout, second.stderr], [0, first.stdout, '']);
    assert.equal((await readdir(cache)).length, 1);
  });
});
