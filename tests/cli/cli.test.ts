import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { flamingo, SHIM } from './run-cli.ts';

describe('flamingo', () => {
  it('lists its commands and exit codes', async () => {
    const { code, stdout, stderr } = await flamingo('--help');
    assert.equal(code, 0);
    for (const command of ['compile', 'inspect', 'run', 'train', 'verify'])
      assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
    assert.match(stdout, /Exit codes:\n {2}0 +done/);
    assert.equal(stderr, '');
  });

  it('has the commands that answer in one file of the package', async () => {
    const folder = new URL('../../cli/commands/', import.meta.url);
    const answering: string[] = [];
    for (const file of await readdir(folder))
      if (/\bwithModel\(/.test(await readFile(new URL(file, folder), 'utf8')))
        answering.push(basename(file, '.ts'));
    const program = await readFile(new URL('../../cli/flamingo.mjs', import.meta.url), 'utf8');
    const [, named = ''] = /^const IN_ONE_FILE = \[(.*)\];$/m.exec(program) ?? [];
    assert.deepEqual(named.match(/\w+/g), answering.sort());
  });

  it('prints its version', async () => {
    const { code, stdout } = await flamingo('--version');
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  for (const command of ['compile', 'inspect', 'run', 'train', 'verify']) {
    it(`${command} --help has examples`, async () => {
      const { code, stdout } = await flamingo(command, '--help');
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`Examples:\n {2}\\$ flamingo ${command} `));
    });
  }

  it('says what is wrong with a command line, on stderr, with exit code 2', async () => {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['fly'], /unknown command 'fly'/],
      [['compile'], /Give a model file, the name of a preset or a model folder/],
      [['compile', 'a.ts', '--weights', 'none', '--weights', 'b'], /--weights none goes with no other/],
      [['compile', 'a.ts', '--fast'], /unknown option '--fast'/],
      [['compile', 'a.ts', '--target', 'tpu'], /There is no target 'tpu'; the known ones are cpu, cuda/],
      [['compile', 'a.ts', '--seed', '-1'], /a whole number of at least 0 was expected/],
      [['verify'], /missing required argument 'reference'/],
      [['verify', 'a', '--fusion', 'maybe'], /Allowed choices are on, off/],
      [['inspect'], /missing required argument 'dir'/],
      [['compile', 'tiny', '--out', ''], /option '--out <dir>' is empty\. a path was expected/],
      [['compile', 'tiny', '--weights', 'a', '--weights', ''], /option '--weights <path>' is empty/],
      [['inspect', ''], /argument 'dir' is empty\. a path was expected/],
      [['verify', 'a', ''], /argument 'reference' is empty/],
      [['compile', 'tiny', '--out', 'a', '--out', 'b'], /option '--out <dir>' is given more than once/],
      [['run', 'folder', '--beams', 'many'], /a whole number of at least 1 and at most 256 was expected/],
    ];
    for (const [words, message] of wrong) {
      const { code, stdout, stderr } = await flamingo(...words);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n +at /);
      assert.equal(stdout, '');
      assert.equal(code, 2, words.join(' '));
    }
  });

  it('says that a result cannot be written, and goes on where a note cannot', function () {
    if (!existsSync('/dev/full')) this.skip();
    const full = openSync('/dev/full', 'w');
    const words = (...each: string[]) => [SHIM, ...each];
    const result = spawnSync(process.execPath, words('doctor', '--json'), {
      stdio: ['ignore', full, 'pipe'],
    });
    assert.equal(
      `${result.stderr}`,
      'error: The result cannot be written: the disk is full; make room and try again.\n',
    );
    assert.equal(result.status, 3);
    const note = spawnSync(process.execPath, words('inspect', 'nowhere'), {
      stdio: ['ignore', 'pipe', full],
    });
    assert.deepEqual([note.status, `${note.stdout}`], [3, '']);
    closeSync(full);
  });

  it('shows nothing but help without a command', async () => {
    const { code, stderr } = await flamingo();
    assert.equal(code, 2);
    assert.match(stderr, /Usage: flamingo/);
  });
});
