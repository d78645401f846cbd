import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Format } from 'esbuild';
import { installedPackage, ROOT } from './installed-package.ts';

const execute = promisify(execFile);
const PICTURE = join(ROOT, 'tests/images/cat.png');

/** Native code, which no bundle can hold. */
const NATIVES = ['onnxruntime-node', 'sharp'];

const PROGRAM = `
import { clipVit, flamingo, opt } from 'flamingo-onnx';
import { byteLevelTokenizer, compile, loadModel } from 'flamingo-onnx/compiler';
import { loadFlamingo } from 'flamingo-onnx/runtime';

const modelOf = (dim) => flamingo({
  name: 'bundled',
  vision: clipVit({ image: 28, patch: 14, dim: 16, layers: 1, heads: 2 }),
  resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
  language: opt({ dim, layers: 2, heads: 2, vocabulary: 261, contextLength: 128 }),
  crossAttention: { every: 1 },
});

async function main([out, picture, dim = '16', precision]) {
  const tokenizer = Buffer.from(JSON.stringify(byteLevelTokenizer()));
  const { graphs } = await compile(modelOf(Number(dim)), { out, tokenizer, seed: 3, precision });
  const loaded = await loadFlamingo(out);
  const [choice] = await loaded.score({ query: { image: picture } }, ['a cat'], { normalise: 'none' });
  await loaded.close();
  const refusal = await loadModel('author.ts').then(() => 'none', (error) => error.message);
  console.log(JSON.stringify({ fused: graphs.language.fusions['gated-add'], score: choice.logLikelihood, refusal }));
}
main(process.argv.slice(2)).catch((error) => {
  console.error(\`\${error.name}: \${error.message}\`);
  process.exitCode = 1;
});
`;

const CLIENT_PROGRAM = `
import { facts, load } from './artifact/client.mjs';

const [, , directory, worker, picture] = process.argv;
load({ directory, worker, threads: 1 }).then(async (model) => {
  const [choice] = await model.score({ query: { image: picture } }, ['a cat'], { normalise: 'none' });
  await model.close();
  console.log(JSON.stringify({ size: facts.image.size, score: choice.logLikelihood }));
});
`;

/** A module of ES has no \`require\`, by which some of the package's dependencies ask for Node's own modules. */
const REQUIRE =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

describe('a program that was bundled into one file', () => {
  let folder = '';
  let empty = '';
  let expected = 0;
  const run = (...words: string[]) => execute(process.execPath, words, { cwd: empty });
  const bundle = (entryPoints: Record<string, string>, format: Format, extension: string) =>
    build({
      absWorkingDir: folder,
      entryPoints,
      format,
      bundle: true,
      platform: 'node',
      external: [...NATIVES, 'tsx'],
      outdir: empty,
      outExtension: { '.js': extension },
      logLevel: 'silent',
      ...(format === 'esm' && { banner: { js: REQUIRE } }),
    });

  before(async () => {
    folder = await installedPackage();
    empty = await mkdtemp(join(tmpdir(), 'flamingo-bundle-'));
    await mkdir(join(empty, 'node_modules'));
    for (const name of NATIVES)
      await symlink(join(folder, 'node_modules', name), join(empty, 'node_modules', name), 'junction');
    await writeFile(join(folder, 'bundled.mjs'), PROGRAM);
    await writeFile(join(empty, 'author.ts'), 'export default 1;');
  });
  after(() => rm(empty, { recursive: true, force: true }));

  for (const [format, extension] of [
    ['cjs', '.cjs'],
    ['cjs', '.js'],
    ['esm', '.mjs'],
  ] as const) {
    it(`compiles a model in code, loads it and answers (${format}, ${extension})`, async () => {
      const entries = { program: './bundled.mjs', 'flamingo-worker': 'flamingo-onnx/worker' };
      await bundle(entries, format, extension);
      const { stdout } = await run(`program${extension}`, `artifact${extension}`, PICTURE);
      const { fused, score, refusal } = JSON.parse(stdout);
      assert.equal(fused, 4);
      assert.match(
        refusal,
        /^author\.ts cannot be read by a program that was bundled: import what it exports/,
      );
      assert.ok(score < 0);
      expected ||= score;
      assert.equal(score, expected, 'whatever the format');
      await rename(join(empty, `flamingo-worker${extension}`), join(empty, `elsewhere${extension}`));
      await assert.rejects(
        run(`program${extension}`, `lost${extension}`, PICTURE),
        (error: { stderr?: string }) => {
          assert.match(
            error.stderr ?? '',
            /^UserError: .*flamingo-worker\.js, is missing.* bundle flamingo-onnx\/worker/,
          );
          return true;
        },
      );
    });
  }

  it('quantises without the threads that a bundle has no file for', async () => {
    await rename(join(empty, 'elsewhere.cjs'), join(empty, 'flamingo-worker.cjs'));
    const scores = [];
    for (const words of [[], ['int8']]) {
      const { stdout } = await run('program.cjs', `large${words}`, PICTURE, '512', ...words);
      scores.push(JSON.parse(stdout).score);
    }
    await rename(join(empty, 'flamingo-worker.cjs'), join(empty, 'elsewhere.cjs'));
    const [whole, int8] = scores;
    assert.ok(whole !== int8 && Math.abs(whole - int8) < 0.5, `${whole}, ${int8}`);
  });

  it('loads a model by its client, told where the model and the worker are', async () => {
    await cp(join(empty, 'artifact.mjs'), join(folder, 'artifact'), { recursive: true });
    await writeFile(join(folder, 'by-client.mjs'), CLIENT_PROGRAM);
    const answers = [];
    for (const [format, extension] of [
      ['cjs', '.cjs'],
      ['esm', '.mjs'],
    ] as const) {
      await bundle({ 'by-client': './by-client.mjs' }, format, extension);
      const words = ['artifact.mjs', `elsewhere${extension}`, PICTURE];
      answers.push(JSON.parse((await run(`by-client${extension}`, ...words)).stdout));
    }
    for (const { size, score } of answers) {
      assert.equal(size, 28);
      assert.ok(Math.abs(score - expected) < 1e-4);
    }
  });
});
