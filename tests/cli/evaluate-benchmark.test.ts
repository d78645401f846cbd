import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dataSetOf } from '../evaluate/benchmark/data-sets.ts';
import { compiledModel } from '../runtime/compiled-model.ts';
import { flamingo, spawnFlamingo } from './run-cli.ts';

describe('flamingo evaluate --benchmark', () => {
  let folder: string;
  let data: string;
  let model: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evaluate-benchmark-'));
    data = join(folder, 'vqav2');
    await (await dataSetOf('vqav2')).write(data);
    model = await compiledModel();
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const run = (...words: string[]) =>
    flamingo('evaluate', model, '--benchmark', 'vqav2', '--data', data, '--shots', '0,2', ...words);

  it('prints a table, and goes on with what is there', async () => {
    const out = join(folder, 'run');
    const words = ['--limit', '4', '--seeds', '2', '--out', out, '--protocol', 'open-flamingo'];
    const { code, stdout, stderr } = await run(...words);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^VQAv2 'val', protocol open-flamingo, examples from 'train' \(6, random\)\n/);
    assert.match(
      stdout,
      /\nasked as: <image>Question:.* Short answer:\S+\\n\|.*\|<image>Question:.* Short answer:\n/,
    );
    assert.match(stdout, /\nshots +items +VQA accuracy +95% from +to +over\n/);
    assert.match(stdout, /\n +2 +4 +\d+\.\d\d .* 2 seeds\n$/);
    assert.match(stderr, /16 answers in [\d.]+ s, \S+ a second; .*run has all of them/);
    const again = await run(...words, '--json');
    assert.equal(again.code, 0);
    const results = JSON.parse(again.stdout);
    assert.deepEqual(
      [results.metric, results.items, results.settings.split, results.shots.length],
      ['VQA accuracy', 4, 'val', 2],
    );
    assert.deepEqual(JSON.parse(await readFile(join(out, 'results.json'), 'utf8')).shots, results.shots);
  });

  it('goes on after it was killed, as if it never was', async () => {
    const out = join(folder, 'killed');
    const words = ['--benchmark', 'vqav2', '--data', data, '--shots', '0,1,2', '--batch', '1'];
    const running = spawnFlamingo('evaluate', model, ...words, '--out', out);
    const outcomes = join(out, 'outcomes.jsonl');
    const size = async () => (await stat(outcomes).catch(() => undefined))?.size ?? 0;
    while ((await size()) === 0 && running.process.exitCode === null) await pause(10);
    running.process.kill('SIGKILL');
    await running.result;
    assert.ok((await size()) > 0);
    const { code, stderr } = await flamingo('evaluate', model, ...words, '--out', out);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\d+ were there/);
    const lines = (await readFile(outcomes, 'utf8')).trimEnd().split('\n');
    const keys = lines.map((line) => JSON.parse(line)).map(({ shots, seed, id }) => `${shots} ${seed} ${id}`);
    assert.deepEqual([keys.length, new Set(keys).size], [54, 54]);
  });

  it('says what does not go together', async () => {
    const wrong = async (pattern: RegExp, ...words: string[]) => {
      const { code, stderr } = await flamingo('evaluate', model, ...words);
      assert.equal(code, 2, stderr);
      assert.match(stderr, pattern);
    };
    await wrong(/no benchmark 'vqav' .*: is 'vqav2' meant\?/, '--benchmark', 'vqav');
    const of = ['--benchmark', 'vqav2', '--data', data];
    await wrong(/has no split 'test' with answers \(there is val\)/, ...of, '--split', 'test');
    await wrong(/more --seeds than one would give the same/, ...of, '--select', 'rices', '--seeds', '2');
  });

  it('says in a sentence what is wrong with the data', async () => {
    const out = join(folder, 'refused');
    const refused = async (pattern: RegExp, where: string) => {
      const words = ['--benchmark', 'vqav2', '--data', where, '--shots', '0', '--out', out];
      const { code, stderr } = await flamingo('evaluate', model, ...words);
      assert.equal(code, 3, stderr);
      assert.match(stderr, pattern);
    };
    await refused(
      /has no val2014, which VQAv2's split 'val' needs \(there is .*\): give/,
      join(folder, 'run'),
    );
  });
});
