import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compiledModel } from './compiled-model.ts';

const run = promisify(execFile);
const child = (name: string): string => fileURLToPath(new URL(`./workers/${name}`, import.meta.url));

describe("ONNX Runtime's telemetry", () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'home-'));
    await mkdir(join(home, 'cache'));
  });
  afterEach(() => rm(home, { recursive: true }));

  /**
   * What a program leaves in a user's folders that it finds empty. It inherits no other variable: ONNX Runtime switches
   * its telemetry off by itself where one is set that is known from machines for continuous integration.
   */
  const written = async (program: string, variables: NodeJS.ProcessEnv, ...words: string[]) => {
    const { PATH } = process.env;
    const env = { PATH, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ...variables };
    const { stdout } = await run(process.execPath, ['--import', 'tsx', child(program), ...words], { env });
    const entries = await readdir(home, { recursive: true, withFileTypes: true });
    return { stdout, files: entries.filter((entry) => entry.isFile()).map(({ name }) => name) };
  };

  for (const [way, program] of [
    ['in the thread of a loaded model', 'loaded-model.ts'],
    ['in a session of this thread', 'own-session.ts'],
  ] as const) {
    it(`writes nothing ${way}`, async () => {
      const { stdout, files } = await written(program, {}, await compiledModel());
      assert.match(stdout, /answered/);
      assert.deepEqual(files, []);
    });
  }

  it('is on where the user sets ORT_DISABLE_TELEMETRY=0', async function () {
    const alone = await written('onnx-runtime-alone.ts', {}, join(await compiledModel(), 'vision.onnx'));
    // Where ONNX Runtime by itself leaves no such file there is nothing by which to see it.
    if (!alone.files.includes('deviceid')) this.skip();
    await rm(home, { recursive: true });
    await mkdir(join(home, 'cache'), { recursive: true });
    const { files } = await written('loaded-model.ts', { ORT_DISABLE_TELEMETRY: '0' }, await compiledModel());
    assert.ok(files.includes('deviceid'), files.join(', '));
  });

  it('is switched off where tests run in a context of their own, with a copy of the variables', async () => {
    assert.equal((await written('own-context.ts', {})).stdout, '1');
    assert.equal((await written('own-context.ts', { ORT_DISABLE_TELEMETRY: '0' })).stdout, '0');
  });

  it('is not started from a thread that cannot switch it off: a sentence says what to do', async () => {
    const { stdout, files } = await written('foreign-thread.ts', {}, await compiledModel());
    assert.match(
      stdout,
      /^UserError: ONNX Runtime's telemetry cannot be switched off .*ORT_DISABLE_TELEMETRY=1/,
    );
    assert.deepEqual(files, []);
    const allowed = await written('foreign-thread.ts', { ORT_DISABLE_TELEMETRY: '1' }, await compiledModel());
    assert.match(allowed.stdout, /answered/);
    assert.deepEqual(allowed.files, []);
  });
});
