import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { flamingo, spawnFlamingo } from './run-cli.ts';

const MODEL = `import { gpt2, languageModel } from 'flamingo-onnx';
import { dim } from './size.ts';
export default languageModel({
  name: 'alone',
  language: gpt2({ dim, layers: 1, heads: 2, vocabulary: 261, contextLength: 64 }),
});
`;

describe('flamingo compile --watch', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('compiles again when an imported file is saved, and leaves the last good model where that has a mistake', async () => {
    const model = await folder.write('alone.ts', MODEL);
    await folder.write('size.ts', 'export const dim = 16;\n');
    const out = join(folder.path, 'out');
    const running = spawnFlamingo('compile', model, '--out', out, '--watch');
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      running.process[name]?.on('data', (text: string) => {
        said[name] += text;
      });
    let ended = false;
    void running.result.then(() => {
      ended = true;
    });
    const times = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
    /** Waits until the process has looked at the files so many times. */
    const rounds = async (count: number): Promise<void> => {
      while (times(said.stderr, /^Watching alone\.ts and 1 more; Ctrl-C ends\.$/gm) < count) {
        assert.ok(!ended, said.stderr);
        await sleep(20);
      }
    };
    const compiledDim = async (): Promise<number> => {
      const { model } = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
      return model.options.language.dim;
    };
    try {
      await rounds(1);
      assert.equal(await compiledDim(), 16);
      await folder.write('size.ts', 'export const dim = 15;\n');
      await rounds(2);
      assert.match(said.stderr, /heads.* 2.* does not divide dim = 15\n.*alone\.ts:5:/s);
      assert.equal(await compiledDim(), 16);
      await folder.write('size.ts', 'export const dim: string = 32;\n');
      await rounds(3);
      assert.match(said.stderr, /Type 'number' is not assignable to type 'string'.*size\.ts:1:14/s);
      await folder.write('size.ts', 'export const dim = 32;\n');
      await rounds(4);
      assert.equal(await compiledDim(), 32);
      assert.equal(times(said.stdout, /^✓ alone/gm), 2);
    } finally {
      running.process.kill('SIGINT');
    }
    const { code, stderr } = await running.result;
    assert.match(stderr, /Stopped\.\n$/);
    assert.equal(code, 130);
  });

  it('is for model files and for people', async () => {
    const preset = await flamingo('compile', 'tiny', '--watch');
    assert.match(preset.stderr, /--watch goes with a model file, which changes when it is saved/);
    const json = await flamingo('compile', 'mine.ts', '--watch', '--json');
    assert.match(json.stderr, /--watch is for a person, so it does not go with --json/);
    assert.deepEqual([preset.code, json.code], [2, 2]);
  });
});
