import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installedPackage, ROOT } from './installed-package.ts';

const execute = promisify(execFile);
const PICTURES = join(ROOT, 'tests/images');

const MODEL = `
import { basename } from 'node:path';
import { clipVit, flamingo, opt } from 'flamingo-onnx';

export default flamingo({
  name: basename(import.meta.url, '.ts'),
  vision: clipVit({ image: 28, patch: 14, dim: 16, layers: 1, heads: 2 }),
  resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
  language: opt({ dim: 16, layers: 2, heads: 2, vocabulary: 261, contextLength: 128 }),
  crossAttention: { every: 1 },
});
`;

const PROGRAM = `
import { tanh } from 'flamingo-onnx/dsl';
import { loadFlamingo } from 'flamingo-onnx/runtime';

const model = await loadFlamingo('compiled-mine');
const [cat] = await model.score({ query: { image: process.argv[2] } }, ['a cat'], { normalise: 'none' });
await model.close();
console.log(JSON.stringify({ cat, tanh: typeof tanh }));
`;

describe('the published package', () => {
  let folder = '';
  const run = (file: string, ...words: string[]) =>
    execute(process.execPath, [file, ...words], { cwd: folder });
  const flamingo = (...words: string[]) => run('node_modules/flamingo-onnx/cli/flamingo.mjs', ...words);

  before(async () => {
    folder = await installedPackage();
    await writeFile(join(folder, 'mine.ts'), MODEL);
    await writeFile(join(folder, 'program.mjs'), PROGRAM);
  });

  it("compiles a user's TypeScript, which may use Node, and asks the model", async () => {
    const { stdout } = await flamingo('compile', 'mine.ts', '--out', 'compiled-mine', '--json');
    assert.equal(JSON.parse(stdout).model, 'mine');
    const answer = await flamingo(
      'run',
      'compiled-mine',
      '--image',
      join(PICTURES, 'cat.png'),
      '--choices',
      'a|b',
      '--json',
    );
    assert.equal(JSON.parse(answer.stdout).choices.length, 2);
  });

  it('asks a large model in a thread, and a small one without: the same program answers', async () => {
    await writeFile(join(folder, 'large.ts'), MODEL.replace('vocabulary: 261', 'vocabulary: 600_000'));
    await flamingo('compile', 'large.ts', '--out', 'compiled-large');
    const ask = ['--image', join(PICTURES, 'cat.png'), '--choices', 'a|b', '--json'];
    for (const model of ['compiled-large', 'compiled-mine']) {
      const { stdout } = await flamingo('run', model, ...ask);
      assert.equal(JSON.parse(stdout).choices.length, 2);
    }
  });

  it('ends with a sentence, whatever its threads are about to load', async () => {
    for (const _ of Array(10)) {
      const told = { code: 3, stderr: /^error: nowhere is not an artifact.*\n$/ };
      await assert.rejects(flamingo('run', 'nowhere', '--text', 'a'), told);
    }
  });

  it('says what is wrong in a file that the compiler reads, though it answers from a file of its own', async () => {
    const project = join(folder, 'configured');
    await mkdir(join(project, 'artifact'), { recursive: true });
    await writeFile(join(project, 'flamingo.config.ts'), 'export default 1;\n');
    await writeFile(join(project, 'artifact/manifest.json'), '{ "media": { "way": "mine" } }');
    const program = join(folder, 'node_modules/flamingo-onnx/cli/flamingo.mjs');
    const asked = execute(process.execPath, [program, 'run', 'artifact', '--text', 'a'], { cwd: project });
    await assert.rejects(asked, ({ code, stderr = '' }: { code?: number; stderr?: string }) => {
      assert.equal(code, 3);
      assert.match(stderr, /flamingo\.config\.ts/);
      assert.doesNotMatch(stderr, /a fault of flamingo/);
      return true;
    });
  });

  it('reads pictures with another release of sharp than the one that it was built with', async () => {
    const ask = ['run', 'compiled-mine', '--image', join(PICTURES, 'cat.png'), '--choices', 'a|b', '--json'];
    const { stdout: expected } = await flamingo(...ask);
    const path = join(folder, 'node_modules/sharp/package.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, JSON.stringify({ ...JSON.parse(text), version: '0.0.0' }));
    try {
      // The thread has sharp's JavaScript in its own file, for one release of the native code.
      const { stdout } = await flamingo(...ask);
      assert.equal(stdout, expected);
    } finally {
      await writeFile(path, text);
    }
  });

  it('compiles a preset to the same bytes as a clone', async () => {
    await flamingo('compile', 'tiny', '--out', 'packaged');
    const cloned = join(folder, 'cloned');
    await execute(process.execPath, [join(ROOT, 'cli/flamingo.mjs'), 'compile', 'tiny', '--out', cloned]);
    const names = (await readdir(cloned)).sort();
    assert.deepEqual((await readdir(join(folder, 'packaged'))).sort(), names);
    assert.ok(names.includes('vision.onnx'));
    for (const name of names) {
      const [own, other] = await Promise.all(
        [cloned, join(folder, 'packaged')].map((place) => readFile(join(place, name))),
      );
      assert.ok(own?.equals(other ?? Buffer.alloc(0)), `${name} differs`);
    }
  });

  it("says what is wrong in a user's file, with the line", async () => {
    await writeFile(join(folder, 'wrong.ts'), MODEL.replace("from 'node:path'", "from 'node:nowhere'"));
    await assert.rejects(flamingo('compile', 'wrong.ts'), (error: { code?: number; stderr?: string }) => {
      assert.equal(error.code, 3);
      assert.match(error.stderr ?? '', /wrong\.ts:2:\d+/);
      return true;
    });
  });

  it('is a library', async () => {
    const { stdout } = await run('program.mjs', join(PICTURES, 'cat.png'));
    const { cat, tanh } = JSON.parse(stdout);
    assert.equal(tanh, 'function');
    assert.ok(cat.logLikelihood < 0);
  });

  it('runs in Deno, whose thread ends without a word when the model is closed (skipped where deno is not installed)', async function () {
    const deno = process.env.DENO ?? 'deno';
    if (!(await execute(deno, ['--version']).catch(() => undefined))) this.skip();
    const { stdout, stderr } = await execute(
      deno,
      ['run', '--allow-all', '--node-modules-dir=manual', 'program.mjs', join(PICTURES, 'cat.png')],
      { cwd: folder },
    );
    assert.equal(JSON.parse(stdout).tanh, 'function');
    assert.doesNotMatch(stderr, /error|panic/i);
  });

  it('says in a sentence that the native code of sharp is not installed, once a picture is read', async () => {
    const libraries = join(folder, 'node_modules/@img');
    const apart = join(folder, 'libraries');
    await mkdir(apart);
    const native = (await readdir(libraries)).filter((name) => name.startsWith('sharp-'));
    for (const name of native) await rename(join(libraries, name), join(apart, name));
    try {
      const ask = ['run', 'compiled-mine', '--max-new-tokens', '1', '--json'];
      const { stdout } = await flamingo(...ask, '--text', 'a');
      assert.equal(JSON.parse(stdout).model, 'mine');
      await assert.rejects(flamingo(...ask, '--image', join(PICTURES, 'cat.png')), {
        code: 3,
        stderr: /error: Pictures are read by sharp, .*npm install --include=optional .*sharp'\.\n$/,
      });
    } finally {
      for (const name of native) await rename(join(apart, name), join(libraries, name));
    }
  });

  it('says in a sentence, in code too, that ONNX Runtime is not installed, once it is needed', async () => {
    await writeFile(
      join(folder, 'without.mjs'),
      `import { loadFlamingo, loadGraph, Tensor } from 'flamingo-onnx/runtime';
      const said = (error) => [error.name, error.message];
      const results = [
        await loadFlamingo('compiled-mine').catch(said),
        await loadGraph('compiled-mine', { graph: 'vision' }).catch(said),
        new Tensor('float32', [1], [1]).dims,
      ];
      console.log(JSON.stringify(results));`,
    );
    const runtime = join(folder, 'node_modules/onnxruntime-node');
    await rename(runtime, join(folder, 'apart'));
    try {
      const { stdout } = await run('without.mjs');
      const [model, graph, dims] = JSON.parse(stdout);
      for (const [name, message] of [model, graph]) {
        assert.equal(name, 'UserError');
        assert.match(
          message,
          /^The package onnxruntime-node is not installed, .* npm install onnxruntime-node@/,
        );
      }
      assert.deepEqual(dims, [1]);
    } finally {
      await rename(join(folder, 'apart'), runtime);
    }
  });

  it("runs README's code as it is written, on this Node", async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);
    assert.equal(blocks.length, 1);
    await flamingo('compile', 'emoji', '--out', 'artifacts/emoji');
    await mkdir(join(folder, 'models/emoji'), { recursive: true });
    await symlink(join(ROOT, 'models/emoji/examples'), join(folder, 'models/emoji/examples'), 'junction');
    await writeFile(join(folder, 'readme.mjs'), blocks.join(''));
    const { stdout } = await run('readme.mjs');
    assert.equal(stdout.trim(), 'high-heeled shoe');
  });

  it('exports what Triton serves, with the clients that it has as files', async () => {
    await flamingo('compile', 'mine.ts', '--generation', '--fusion', 'off', '--out', 'generating');
    await flamingo('export', 'triton', 'generating', '--out', 'triton/');
    const files = join(ROOT, 'runtime/export/triton/files');
    const exported = await readdir(join(folder, 'triton'));
    for (const client of ['client.py', 'client.ts']) assert.ok(exported.includes(client), client);
    const own = join(folder, 'node_modules/flamingo-onnx/dist/runtime/export/triton/files');
    assert.deepEqual((await readdir(own)).sort(), (await readdir(files)).sort());
  });

  it('runs the server of docs/serving.md as it is written, but for its port', async () => {
    const page = await readFile(join(ROOT, 'docs/serving.md'), 'utf8');
    const [, code = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
    const listening = '.listen(0, function () { console.log(this.address().port); })';
    await writeFile(join(folder, 'server.mjs'), code.replace('.listen(8080)', listening));
    await flamingo('compile', 'emoji', '--out', 'artifacts/emoji', '--force');
    const server = spawn(process.execPath, ['server.mjs'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [port] = await once(server.stdout, 'data');
      const ask = (text: string) =>
        fetch(`http://127.0.0.1:${Number(String(port))}/?${new URLSearchParams({ text })}`);
      const answer = await ask('Output: manzana, name:');
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
      assert.ok((await answer.text()).length > 0);
      const refused = await ask('<image>');
      assert.equal(refused.status, 400);
      assert.match(await refused.text(), /^The text of the query has '<image>' at character 0, .*\.$/);
    } finally {
      server.kill('SIGKILL');
    }
  });

  it("sheds ONNX Runtime's libraries for other systems, and goes on to answer", async () => {
    // A copy of them alone: the other tests share the folder.
    const project = join(folder, 'trimmed');
    const libraries = 'node_modules/onnxruntime-node/bin/napi-v6';
    for (const name of ['onnxruntime-node', 'onnxruntime-common', 'flamingo-onnx'])
      await cp(join(folder, 'node_modules', name), join(project, 'node_modules', name), { recursive: true });
    const own = `${process.platform}/${process.arch}`;
    const systems = await readdir(join(project, libraries));
    assert.ok(systems.length > 1);
    const said = await flamingo('trim', 'trimmed', '--dry-run');
    assert.match(said.stdout, /^Would remove \d+(\.\d)? MB for .*\.\n$/);
    assert.deepEqual(await readdir(join(project, libraries)), systems);
    const { stdout } = await flamingo('trim', 'trimmed', '--json');
    assert.ok(JSON.parse(stdout).bytes > 150e6, stdout);
    assert.deepEqual(await readdir(join(project, libraries)), [process.platform]);
    assert.deepEqual(await readdir(join(project, libraries, process.platform)), [process.arch]);
    assert.ok((await readdir(join(project, libraries, own))).length > 0);
    assert.match((await flamingo('trim', 'trimmed')).stdout, /^Nothing to remove/);
    const trimmed = 'trimmed/node_modules/flamingo-onnx/cli/flamingo.mjs';
    const picture = join(PICTURES, 'cat.png');
    const answer = await run(
      trimmed,
      'run',
      'compiled-mine',
      '--image',
      picture,
      '--choices',
      'a|b',
      '--json',
    );
    assert.equal(JSON.parse(answer.stdout).choices.length, 2);
    const empty = join(tmpdir(), `empty-${process.pid}`);
    await mkdir(join(empty, 'node_modules'), { recursive: true });
    await mkdir(join(folder, 'nothing-installed'));
    const refused: Readonly<Record<string, RegExp>> = {
      [empty]: /onnxruntime-node is not installed where .* would find it: give the folder/,
      // Node would find what is installed around them.
      'nothing-there': /nothing-there does not exist, so nothing was removed: give the folder/,
      'nothing-installed': /nothing-installed has no node_modules, so nothing was removed/,
    };
    for (const [project, words] of Object.entries(refused))
      await assert.rejects(flamingo('trim', project), ({ stderr = '' }: { stderr?: string }) => {
        assert.match(stderr, words);
        return true;
      });
    await rm(empty, { recursive: true });
    assert.ok((await readdir(join(folder, libraries))).length > 1);
  });

  it('verifies the reference blocks', async () => {
    const blocks = join(ROOT, 'tests/references/blocks');
    const { stdout } = await flamingo('verify', join(blocks, (await readdir(blocks))[0] ?? ''));
    assert.match(stdout, /1 of 1 verified/);
  });
});
