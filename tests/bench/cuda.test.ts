import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CUDA_ROWS } from '../../bench/cuda/row-registry.ts';
import { cudaLibrary } from '../../runtime/provider/cuda.ts';

const main = fileURLToPath(new URL('../../bench/cuda/main.ts', import.meta.url));

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

function bench(...words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', 'tsx', main, ...words], (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('npm run bench:cuda', () => {
  let out: string;
  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'bench-cuda-'));
  });
  after(() => rm(out, { recursive: true, force: true }));

  it('measures rows on a processor, goes on where it was stopped, and keeps what it found', async () => {
    const words = ['--provider', 'cpu', '--scale', 'small', '--out', out];
    const first = await bench('limits', ...words);
    assert.equal(first.code, 0, first.stderr);
    const { code, stdout, stderr } = await bench('limits', 'vision', ...words);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /limits: is there already \(--again measures it anew\)/);
    assert.equal(stdout.trim(), (await readFile(join(out, 'table.md'), 'utf8')).trim());
    assert.match(stdout, /^\| limits +\| matrix products in float16 +\| \S+ TFLOP\/s/m);
    assert.match(stdout, /^\| vision +\| 4 pictures, of the card's rate +\| \S+ %/m);
    const record = JSON.parse(await readFile(join(out, 'record.json'), 'utf8'));
    assert.deepEqual(
      record.outcomes.map(({ row, lines }: { row: string; lines: object[] }) => [row, lines.length]),
      [
        ['limits', 3],
        ['vision', 2],
      ],
    );
  });

  it('says of each row why it was not measured, and measures the others', async function () {
    if (existsSync(cudaLibrary())) this.skip();
    const { code, stdout } = await bench('limits', 'vision', '--scale', 'small', '--out', join(out, 'none'));
    assert.equal(code, 1);
    for (const row of ['limits', 'vision']) {
      assert.match(stdout, new RegExp(`^\\| ${row} +\\| failed: see below .*NO`, 'm'));
      assert.match(stdout, new RegExp(`^- ${row} failed: Provider 'cuda' was asked for but `, 'm'));
    }
  });

  it('refuses a row that there is not, and names those that there are', async () => {
    const { code, stderr } = await bench('decoed', '--out', out);
    assert.equal(code, 1);
    for (const { name } of CUDA_ROWS) assert.ok(stderr.includes(name), name);
  });
});
