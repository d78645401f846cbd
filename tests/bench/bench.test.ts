import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { reportSchema } from '../../bench/result.ts';

const execute = promisify(execFile);
const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

function bench(...options: readonly string[]) {
  return execute(process.execPath, ['--import', 'tsx', main, ...options]);
}

describe('npm run bench', () => {
  it('runs what it is asked for, prints a table on stdout alone and writes the same numbers as JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
    try {
      const file = join(folder, 'deep', 'numbers.json');
      const { stdout, stderr } = await bench('fusion', '--quick', '--json', file);
      const report = reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
      assert.equal(report.quick, true);
      assert.deepEqual(
        report.benchmarks.map(({ name }) => name),
        ['fusion'],
      );
      const cases = report.benchmarks.flatMap(({ sections }) => sections.flatMap((section) => section.cases));
      assert.equal(cases.length, 7, 'six parts and the whole');
      for (const { name, variants, comparisons } of cases) {
        assert.ok(stdout.includes(name), `the table has no '${name}'`);
        assert.ok(!stdout.includes('  fusion: '), 'progress is no part of the result');
        assert.deepEqual(Object.keys(variants), ['fused', 'plain']);
        for (const { low, median, high } of Object.values(variants)) {
          assert.ok(low > 0 && low <= median && median <= high, `${name}: ${low}, ${median}, ${high}`);
        }
        const [ratio, ...others] = comparisons;
        assert.equal(others.length, 0);
        assert.ok(ratio && ratio.low <= ratio.median && ratio.median <= ratio.high && ratio.pairs >= 3);
      }
      assert.match(stderr, /fusion: language model, decode/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('compiles and quantises checkpoints of whole sizes that it makes up', async () => {
    const { stdout } = await bench('checkpoint', 'quantising', '--quick');
    for (const name of ['flamingo-3b', 'int8', 'int4']) assert.ok(stdout.includes(name), `no '${name}'`);
  });

  it('measures how time grows, or at one size alone, and refuses what it does not measure', async () => {
    const { stdout } = await bench('growth', '--quick', '--only', 'pictures 2');
    assert.deepEqual(stdout.match(/^pictures \d+/gm), ['pictures 2']);
    await assert.rejects(
      bench('growth', '--quick', '--only', 'pictrues'),
      (error: Error & { stderr?: string }) => {
        assert.match(error.stderr ?? '', /Nothing of growth is called 'pictrues'\./);
        return true;
      },
    );
  });

  it('refuses a name that no file has, and names those that there are', async () => {
    const files = await readdir(new URL('../../bench/benchmarks/', import.meta.url));
    const names = files.sort().map((file) => file.replace(/\.ts$/, ''));
    await assert.rejects(
      bench('fusoin'),
      (error: Error & { code?: number; stderr?: string; stdout?: string }) => {
        assert.equal(error.code, 1);
        assert.equal(error.stdout, '');
        assert.equal(
          error.stderr,
          `error: There is no benchmark 'fusoin'; choose from ${names.join(', ')}.\n`,
        );
        return true;
      },
    );
  });
});
