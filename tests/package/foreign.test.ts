import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installedPackage, ROOT } from './installed-package.ts';

const execute = promisify(execFile);
const PICTURE = join(ROOT, 'tests/images/cat.png');

/** `foreign/` adds an operator, a rule, a language model, a family, a weight format, a way of media and a target, from outside. */
describe('a project of its own that adds to the package', () => {
  let folder = '';
  const run = (...words: string[]) => execute(process.execPath, words, { cwd: folder });
  const flamingo = (...words: string[]) => run('../node_modules/flamingo-onnx/cli/flamingo.mjs', ...words);
  const script = (...words: string[]) => run('--import', 'tsx', ...words);

  const lossesOf = async (run: string): Promise<readonly number[]> =>
    (await readFile(join(folder, run, 'metrics.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line): { kind: string; loss?: number } => JSON.parse(line))
      .flatMap(({ kind, loss }) => (kind === 'train' && loss !== undefined ? [loss] : []));

  before(async () => {
    // In a folder of its own: its configuration is nobody else's.
    folder = join(await installedPackage(), 'foreign');
    await cp(join(ROOT, 'tests/package/foreign'), folder, { recursive: true });
  });

  it('type-checks', async () => {
    await execute(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], { cwd: folder });
  });

  it('compiles for a target of its own, with a rule that writes its own operator', async () => {
    const { stdout } = await flamingo(
      'compile',
      'model.ts',
      '--target',
      'patient',
      '--out',
      'nodding',
      '--json',
    );
    const { target, graphs } = JSON.parse(stdout);
    assert.equal(target, 'patient');
    assert.equal(graphs.language.fusions.softsign, 2, 'one in each layer was found by the rule');
    assert.equal(graphs.language.nodes.Softsign, 3, 'and one was written');
    assert.equal(graphs.language.fusions['gated-add'], 0, 'which the target does not ask for');
    const answer = await flamingo('run', 'nodding', '--image', PICTURE, '--choices', 'a|b', '--json');
    assert.equal(JSON.parse(answer.stdout).choices.length, 2);
  });

  it('compiles the folder of a family of its own, with weights of a format of its own', async () => {
    await script('write-seer.ts', join(ROOT, 'models/tokenizers/byte-level.json'));
    const { stdout } = await flamingo('compile', 'seer', '--out', 'seen', '--json');
    assert.equal(JSON.parse(stdout).parameters.origin, 'loaded');
    const answer = await script('compile-in-code.ts', PICTURE);
    const { softsign, text } = JSON.parse(answer.stdout);
    assert.equal(softsign, 1);
    assert.equal(typeof text, 'string');
    const same = await flamingo('run', 'seen', '--image', PICTURE, '--max-new-tokens', '2', '--json');
    assert.equal(JSON.parse(same.stdout).text, text, 'a target changes no answer');
  });

  it('shows a model pictures in a way of its own', async () => {
    const tokenizer = join(ROOT, 'models/tokenizers/byte-level.json');
    const pictures = [PICTURE, join(ROOT, 'tests/images/bicycle.png')];
    const { stdout } = await script('summing-in-code.ts', tokenizer, ...pictures);
    const { one, other, alone, batched, beams, whole, cached, apart, without } = JSON.parse(stdout);
    assert.ok(Math.abs(one[0] - other[0]) > 1e-6, `${one} and ${other}: the picture counts`);
    assert.deepEqual(batched.tokens, alone.tokens);
    assert.ok(beams.score >= alone.scores.reduce((sum: number, each: number) => sum + each, 0) - 1e-4);
    assert.ok(Math.abs(whole - cached) < 1e-4, `${whole} and ${cached}`);
    assert.match(apart, /the way of media 'summed' names no output that is one: give 'features'/);
    assert.match(
      without,
      /with the way of media 'summed', but those that are known here are .*: load it with its definition in the option 'ways'/,
    );
    await flamingo('compile', 'summing.ts', '--seed', '4', '--out', 'summed');
    const words = ['--image', PICTURE, '--choices', 'a cat|a bicycle', '--json'];
    const answer = JSON.parse((await flamingo('run', 'summed', ...words)).stdout);
    const found = answer.choices.find(({ choice }: { choice: string }) => choice === 'a cat');
    assert.ok(Math.abs(found.logLikelihood - one[0]) < 1e-4, JSON.stringify(answer.choices));
    assert.match(
      (await flamingo('inspect', 'summed')).stdout,
      /a vector of 16, added to the tokens after it/,
    );
  });

  it('calibrates, measures, trains and relinks a model with a way of its own', async () => {
    const task = {
      ...{ id: '1', kind: 'name', shots: [{ image: PICTURE, text: 'Output:a cat' }] },
      ...{ image: PICTURE, text: 'Output:', choices: ['a cat', 'a dog'], answers: ['a cat'] },
    };
    await writeFile(join(folder, 'tasks.jsonl'), JSON.stringify(task));
    const words = ['--precision', 'int4', '--calibrate', 'tasks.jsonl', '--out', 'learning'];
    await flamingo('compile', 'summing.ts', '--seed', '4', ...words);
    const manifest = async () => JSON.parse(await readFile(join(folder, 'learning/manifest.json'), 'utf8'));
    const { precision, parameters } = await manifest();
    assert.ok(precision.kept.int4 > 0 && precision.calibration.predictions > 10, JSON.stringify(precision));
    assert.ok(precision.calibration.divergence > 0);
    assert.equal(parameters.origin, 'seeded');
    const evaluated = await flamingo('evaluate', 'learning', 'tasks.jsonl', '--shots', '0,1', '--json');
    const { results, problems } = JSON.parse(evaluated.stdout);
    assert.deepEqual([results.map(({ shots }: { shots: number }) => shots), problems], [[0, 1], []]);

    const ask = async (): Promise<string> =>
      (await flamingo('run', 'learning', '--image', PICTURE, '--choices', 'a cat|a dog', '--json')).stdout;
    const before = await ask();
    const trained = await flamingo('train', 'summing-recipe.ts', '--out', 'summing-run');
    assert.match(trained.stdout, /frozen weights unchanged/);
    const losses = await lossesOf('summing-run');
    assert.ok((losses.at(-1) ?? 9) < (losses[0] ?? 0) - 0.1, losses.join(' '));
    await flamingo('relink', 'learning', '--weights', 'summing-run/weights.safetensors');
    assert.equal((await manifest()).parameters.origin, 'loaded');
    assert.notEqual(await ask(), before);
  });

  it('trains through an operator of its own', async () => {
    await flamingo('train', 'recipe.ts', '--out', 'run');
    const losses = await lossesOf('run');
    assert.ok(
      (losses.at(-1) ?? 9) < 0.5 * (losses[0] ?? 0),
      `the loss went from ${losses[0]} to ${losses.at(-1)}`,
    );
  });

  it('is told in a sentence what it did wrong', async () => {
    const refused = async (words: readonly string[], expected: RegExp) =>
      assert.rejects(flamingo(...words), (error: { stderr?: string }) => {
        assert.match(error.stderr ?? '', expected);
        return true;
      });
    await refused(
      ['compile', 'model.ts', '--target', 'hasty'],
      /There is no target 'hasty'; the known ones are cpu, cuda, web, webgpu, patient\./,
    );
    await refused(
      ['compile', 'model.ts', '--config', 'nowhere.ts'],
      /There is no configuration file nowhere\.ts/,
    );
    await refused(['compile', 'model.ts', '--config', 'model.ts'], /not a configuration; .*defineConfig/);
    const config =
      "import { defineConfig } from 'flamingo-onnx/extend';\nexport default defineConfig({ target: [] });\n";
    await writeFile(join(folder, 'misspelt.config.ts'), config);
    await refused(
      ['compile', 'model.ts', '--config', 'misspelt.config.ts'],
      /'target' does not exist.*misspelt\.config\.ts:2:31/s,
    );
  });
});
