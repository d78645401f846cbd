import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { cacheFolder } from '../../artifact/folder/cache-folder.ts';
import { thisProcess } from '../../artifact/folder/process-identity.ts';
import { UserError } from '../../artifact/user-error.ts';
import { defaultModel } from '../../cli/default-model.ts';
import { createReport } from '../../cli/report.ts';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import { ROOT } from '../frontend/author-folder.ts';
import { type CliResult, flamingo } from './run-cli.ts';

/** The modules that a command loads, in all its threads, by V8's own record. */
async function loadedBy(folder: string, run: () => Promise<CliResult>): Promise<readonly string[]> {
  const record = join(folder, 'modules');
  process.env.NODE_V8_COVERAGE = record;
  try {
    const { code, stderr } = await run();
    assert.equal(code, 0, stderr);
    const files = await readdir(record);
    const results = await Promise.all(files.map((file) => readFile(join(record, file), 'utf8')));
    return results.flatMap((text) => JSON.parse(text).result.map(({ url }: { readonly url: string }) => url));
  } finally {
    delete process.env.NODE_V8_COVERAGE;
    await rm(record, { recursive: true, force: true });
  }
}

describe('flamingo run without a folder', () => {
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

  const example = (name: string) => join(ROOT, 'models/emoji/examples', `${name}.png`);
  const ask = () =>
    flamingo(
      ...['run', '--shot', example('openmoji-red-apple'), 'food'],
      ...['--shot', example('openmoji-bicycle'), 'travel', '--image', example('openmoji-high-heeled-shoe')],
    );

  it('asks the model that ships, which it compiles at the first use alone', async () => {
    const first = await ask();
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.stdout, 'objects\n');
    assert.match(first.stderr, /Compiling the model that ships, 'emoji', into .*; this is done once\./);
    const second = await ask();
    assert.deepEqual([second.code, second.stdout, second.stderr], [0, first.stdout, '']);
    assert.equal((await readdir(cache)).length, 1);

    // What answers needs neither the model's source nor the compiler, and the version nothing of either.
    const answering = await loadedBy(cache, ask);
    assert.ok(answering.some((url) => url.includes('onnxruntime-node')));
    const needless = /chevrotain|lodash-es|cli-table3|cli-progress|\/dsl\/operators\/|\/compiler\/compile/;
    assert.deepEqual(
      answering.filter((url) => needless.test(url)),
      [],
    );
    const version = await loadedBy(cache, () => flamingo('--version'));
    assert.ok(version.some((url) => url.includes('/cli/command-line')));
    assert.deepEqual(
      version.filter((url) => /onnxruntime|sharp|zod|\/cli\/commands\//.test(url)),
      [],
    );
  });

  it('mends a damaged model in the cache, and removes what killed runs left there', async () => {
    const report = { ...createReport(), note: (line: string) => void notes.push(line) };
    const notes: string[] = [];
    const model = () => defaultModel({ report, signal: new AbortController().signal });
    const out = await model();
    assert.equal(notes.length, 1);
    const damages: (() => Promise<void>)[] = [
      async () => {
        const bytes = await readFile(join(out, 'weights.safetensors'));
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        await writeFile(join(out, 'weights.safetensors'), bytes);
      },
      () => rm(join(out, 'manifest.json')),
      () => writeFile(join(out, 'manifest.json'), '{'),
    ];
    for (const damage of damages) {
      await damage();
      notes.length = 0;
      assert.equal(await model(), out);
      assert.match(notes.join('\n'), /^The compiled model .*Compiling the model that ships/);
      notes.length = 0;
      const left = join(cache, 'emoji-0123456789ab.0123abcd.partial');
      await mkdir(left);
      await writeFile(
        join(left, '.claim'),
        JSON.stringify({ ...thisProcess(), pid: 2 ** 22 + 1, started: '1' }),
      );
      assert.equal(await model(), out);
      assert.deepEqual(notes, []);
      assert.deepEqual(await readdir(cache), [basename(out)]);
      await openArtifact(out, { verify: true });
    }
  });

  it('says what to do where the cache cannot be written', async () => {
    const file = join(cache, 'file');
    await writeFile(file, '');
    process.env.FLAMINGO_CACHE = join(file, 'cache');
    const report = createReport();
    await assert.rejects(defaultModel({ report, signal: new AbortController().signal }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /^The model that ships .* cannot be written \(.*\): set FLAMINGO_CACHE to a folder that can, or give/,
      );
      return true;
    });
  });

  it('takes an empty variable for none', () => {
    const { XDG_CACHE_HOME: shared } = process.env;
    try {
      const home = join(homedir(), '.cache', 'flamingo-onnx');
      for (const [own, other, folder] of [
        ['', '', home],
        ['', 'relative', home],
        ['', cache, join(cache, 'flamingo-onnx')],
        [cache, '', cache],
      ] as const) {
        process.env.FLAMINGO_CACHE = own;
        process.env.XDG_CACHE_HOME = other;
        assert.equal(cacheFolder(), folder);
      }
    } finally {
      if (shared === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = shared;
    }
  });
});
