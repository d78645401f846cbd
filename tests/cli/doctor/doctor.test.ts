import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { tryProvider } from '../../../cli/doctor/try-provider.ts';
import { cudaLibrary } from '../../../runtime/provider/cuda.ts';
import { flamingo } from '../run-cli.ts';

const resultSchema = z.strictObject({
  findings: z.array(
    z.strictObject({
      provider: z.string().optional(),
      what: z.string(),
      state: z.enum(['ok', 'missing', 'wrong']),
      found: z.string(),
      helps: z.array(z.string()),
    }),
  ),
});

describe('flamingo doctor', () => {
  it('says what is installed and which providers run, having run a graph on each', async () => {
    const { code, stdout, stderr } = await flamingo('doctor', '--json');
    assert.equal(code, 0, stderr);
    const { findings } = resultSchema.parse(JSON.parse(stdout));
    const found = new Map(findings.map((each) => [each.what, each]));
    assert.match(found.get('Node')?.found ?? '', new RegExp(`^${process.versions.node} on `));
    assert.match(found.get('ONNX Runtime')?.found ?? '', /^onnxruntime-node 1\.\d+\.\d+ in /);
    assert.match(found.get('pictures')?.found ?? '', /^sharp \d/);
    assert.match(found.get('provider cpu')?.found ?? '', /^runs a graph/);
    const cuda = found.get('provider cuda');
    assert.ok(cuda);
    for (const { what, state, found, helps } of findings) {
      assert.doesNotMatch(found, /\n/, what);
      assert.ok(state === 'ok' || what === 'provider cuda' || helps.length > 0, `${what}: what helps?`);
    }
    if (existsSync(cudaLibrary()) || process.platform !== 'linux' || process.arch !== 'x64') return;
    assert.match(cuda.found, /^does not run, for want of: ONNX Runtime's CUDA library$/);
    assert.ok(findings.some(({ helps }) => helps.some((line) => line.includes('npx flamingo install cuda'))));
  });

  it('answers with its exit code whether the provider runs that is asked for, and prints what helps', async () => {
    const { code, stdout } = await flamingo('doctor', '--provider', 'cuda');
    const runs = /^provider cuda +ok/m.test(stdout);
    assert.equal(code, runs ? 0 : 1);
    assert.match(stdout, /^provider cpu +ok +runs a graph/m);
    if (!runs) assert.match(stdout, /^What helps$/m);
    const wrong = await flamingo('doctor', '--provider', 'gpu');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /'gpu' is invalid.*cpu, cuda/s);
  });

  it('survives a process that ends without a word, and says how it ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
    try {
      const { signal } = new AbortController();
      const problemOf = async (source: string) => {
        const script = join(folder, 'program.mjs');
        await writeFile(script, source);
        return (await tryProvider('cuda', signal, script)).problem;
      };
      const ended = 'the process that tried it was ended by';
      assert.equal(
        await problemOf("process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {});"),
        `${ended} SIGSEGV`,
      );
      assert.equal(
        await problemOf("console.error('no driver'); process.exit(7);"),
        `${ended} exit code 7 (no driver)`,
      );
      assert.equal(
        await problemOf(`console.log('a library says hello');
          console.log(JSON.stringify({ problem: process.argv.slice(2).join(' '), known: [] }));`),
        'doctor --try cuda',
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
