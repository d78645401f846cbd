import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileLively, SMALL_MODELS } from '../media/small-models.ts';
import { picture } from '../runtime/compiled-model.ts';
import { flamingo } from './run-cli.ts';

const [dog, cat, bicycle] = [picture('dog.jpg'), picture('cat.png'), picture('bicycle.png')];

describe('flamingo prepare, and run --task', () => {
  let folder: string;
  let artifact: string;
  let task: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prepare-'));
    const { packed } = SMALL_MODELS;
    artifact = await compileLively(folder, packed?.() ?? assert.fail());
    task = join(folder, 'pets.task');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const json = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await flamingo(...words, '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const shots = ['--shot', dog, 'Output:a dog', '--shot-text', 'Output:two wheels'];
  const asked = ['--image', cat, '--text', 'Output:'];

  it('asks after a file of examples as after the examples', async () => {
    const { code, stdout, stderr } = await flamingo('prepare', artifact, ...shots, '--out', task);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /pets\.task: 2 examples, \d+ tokens, [\d.]+ [kK]B\n$/);
    const answer = await json('run', artifact, '--task', task, ...asked, '--max-new-tokens', '6');
    const whole = await json('run', artifact, ...shots, ...asked, '--max-new-tokens', '6');
    assert.deepEqual(answer.tokens, whole.tokens);
    const ranked = await json('run', artifact, '--task', task, ...asked, '--choices', 'a dog|a cat');
    const others = await json('run', artifact, ...shots, ...asked, '--choices', 'a dog|a cat');
    const choices = (result: { choices: { choice: string }[] }) => result.choices.map(({ choice }) => choice);
    assert.deepEqual(choices(ranked), choices(others));
  });

  it('asks after a dialogue where the model was tuned on them', async () => {
    const path = join(artifact, 'manifest.json');
    const manifest = await readFile(path, 'utf8');
    const { language, ...rest } = JSON.parse(manifest);
    const dialogue = { assistant: 'Assistant', userTurnsEnd: true, tuned: true };
    try {
      await writeFile(path, JSON.stringify({ ...rest, language: { ...language, dialogue } }));
      const example = ['--shot', bicycle, 'What is this? Assistant: A bicycle.'];
      const question = ['--image', cat, '--text', 'And this?', '--max-new-tokens', '6'];
      const file = join(folder, 'dialogue.task');
      const { code, stderr } = await flamingo('prepare', artifact, ...example, '--out', file);
      assert.equal(code, 0, stderr);
      const answer = await json('run', artifact, '--task', file, ...question);
      const whole = await json('run', artifact, ...example, ...question);
      assert.deepEqual(answer.tokens, whole.tokens);
      const separated = await flamingo(
        'prepare',
        artifact,
        ...example,
        '--separator',
        ' ',
        '--out',
        'x.task',
      );
      assert.equal(separated.code, 2);
      assert.match(
        separated.stderr,
        /--separator stands between examples, which are turns of a dialogue here/,
      );
    } finally {
      await writeFile(path, manifest);
    }
  });

  it('replaces no file unless told to, and says what is missing or does not go together', async () => {
    const before = await readFile(task);
    const said = async (code: number, sentence: RegExp, ...words: readonly string[]) => {
      const result = await flamingo(...words);
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, sentence);
    };
    const prepare = ['prepare', artifact, ...shots];
    await said(3, /pets\.task is already there: give another --out, or --force/, ...prepare, '--out', task);
    assert.deepEqual(await readFile(task), before);
    await said(2, /required option '--shot <image> <text>' not specified/, 'prepare', artifact, '--out', 'x');
    await said(2, /required option '--out <file>' not specified/, ...prepare);
    await said(
      3,
      /there is no folder .*nowhere: make it first/,
      ...prepare,
      '--out',
      join(folder, 'nowhere', 'x'),
    );
    const run = ['run', artifact, ...asked];
    await said(2, /--task <file>' cannot be used with option '--shot/, ...run, '--task', task, ...shots);
    await said(2, /--no-dialogue does not go with --task/, ...run, '--task', task, '--no-dialogue');
    await said(3, /cat\.png is not a valid safetensors file/, ...run, '--task', cat);
    const replaced = await flamingo('prepare', artifact, '--shot-text', 'x', '--out', task, '--force');
    assert.equal(replaced.code, 0, replaced.stderr);
    assert.match(replaced.stdout, /1 example, /);
  });
});
