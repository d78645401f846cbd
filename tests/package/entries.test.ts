import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installedPackage, ROOT } from './installed-package.ts';
import { NODE_VERSIONS, type NodeBinaries, nodeBinaries } from './node-versions.ts';

const execute = promisify(execFile);

/** An export of each entry of package.json's `exports`; null where it has none: a thread's module, and a file of JSON. */
const ENTRIES: Readonly<Record<string, string | null>> = {
  '.': 'flamingo',
  './dsl': 'tanh',
  './compiler': 'compile',
  './extend': 'defineOperator',
  './runtime': 'loadFlamingo',
  './worker': null,
  './web': 'loadFlamingo',
  './web/worker': null,
  './metrics': 'cider',
  './package.json': null,
};
const MODULES = Object.keys(ENTRIES).filter((entry) => entry !== './package.json');
const specifier = (entry: string) => `flamingo-onnx${entry.slice(1)}`;

const list = (object: string) =>
  `console.log(JSON.stringify(${object}.map((each) => Object.keys(each).filter((key) => key !== '__esModule').sort())));`;
const ESM = [
  ...MODULES.map((entry, index) => `import * as entry${index} from '${specifier(entry)}';`),
  list(`[${MODULES.map((_, index) => `entry${index}`)}]`),
].join('\n');
const COMMON_JS = [
  "if (require('flamingo-onnx/package.json').name !== 'flamingo-onnx') throw new Error('another package');",
  list(`[${MODULES.map((entry) => `require('${specifier(entry)}')`)}]`),
].join('\n');

/** What is not typed would take the wrong name without an error. */
const uses = (entry: string, index: number) => {
  const name = ENTRIES[entry];
  const right = name === null ? [] : [`export const use${index}: Function = entry${index}.${name};`];
  return [...right, '// @ts-expect-error It has no such export.', `entry${index}.nothing;`];
};
const TYPED_ESM = [
  ...MODULES.map((entry, index) => `import * as entry${index} from '${specifier(entry)}';`),
  ...MODULES.flatMap(uses),
].join('\n');
const TYPED_COMMON_JS = [
  ...MODULES.map((entry, index) => `import entry${index} = require('${specifier(entry)}');`),
  ...MODULES.flatMap(uses),
].join('\n');

const MODEL = `
import { flamingo, clipVit, opt } from 'flamingo-onnx';

export default flamingo({
  name: 'small',
  vision: clipVit({ image: 28, patch: 14, dim: 16, layers: 1, heads: 2 }),
  resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
  language: opt({ dim: 16, layers: 2, heads: 2, vocabulary: 261, contextLength: 128 }),
  crossAttention: { every: 1 },
});
`;

describe("the package's entries", () => {
  let folder = '';
  let binaries: NodeBinaries;

  before(async () => {
    folder = await installedPackage();
    binaries = await nodeBinaries(folder);
    if (typeof binaries === 'string') console.log(`      Node ${process.version} alone: ${binaries}`);
    await mkdir(join(folder, 'entries'));
    const write = (name: string, text: string) => writeFile(join(folder, 'entries', name), text);
    await write('all.mjs', ESM);
    await write('all.cjs', COMMON_JS);
    await write('typed.mts', TYPED_ESM);
    await write('typed.cts', TYPED_COMMON_JS);
    await write('small.ts', MODEL);
  });

  it('are those that are tested here', async () => {
    const { exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    assert.deepEqual(Object.keys(exports).sort(), Object.keys(ENTRIES).sort());
  });

  it('have types for ES modules and for CommonJS', async () => {
    const options = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--strict', '--noEmit'];
    await execute(
      process.execPath,
      [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, 'typed.mts', 'typed.cts'],
      { cwd: join(folder, 'entries') },
    ).catch((error: { stdout?: string }) => assert.fail(error.stdout));
  });

  it('are loaded by tsx as CommonJS, and author a model there', async () => {
    const project = join(folder, 'common');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'commonjs' }));
    await writeFile(join(project, 'all.ts'), ESM);
    // Patterns are parsed.
    await writeFile(
      join(project, 'author.ts'),
      `import { input, rearrange } from 'flamingo-onnx/dsl';
      const { shape } = rearrange(input('x', 'float32', [2, 6]), 'a (b c) -> c a b', { b: 3 });
      if (typeof require !== 'function') throw new Error('no CommonJS');
      console.log(JSON.stringify(shape));`,
    );
    const run = async (file: string) =>
      (await execute(process.execPath, ['--import', 'tsx', file], { cwd: project })).stdout;
    const imported: string[][] = JSON.parse(
      (await execute(process.execPath, ['all.mjs'], { cwd: join(folder, 'entries') })).stdout,
    );
    const withoutDefault = (names: readonly string[]) => names.filter((name) => name !== 'default');
    assert.deepEqual(
      (JSON.parse(await run('all.ts')) as string[][]).map(withoutDefault),
      imported.map(withoutDefault),
    );
    assert.equal(await run('author.ts'), '[2,2,3]\n');
  });

  for (const version of NODE_VERSIONS) {
    it(`are imported and required by Node ${version}, and its command compiles and answers`, async function () {
      if (typeof binaries === 'string' && Number.parseInt(process.version.slice(1), 10) !== version)
        return this.skip();
      const node = typeof binaries === 'string' ? process.execPath : (binaries.get(version) ?? assert.fail());
      const run = async (...words: string[]) =>
        (await execute(node, words, { cwd: join(folder, 'entries') })).stdout;
      assert.match(await run('--version'), new RegExp(`^v${version}\\.`));
      const imported: string[][] = JSON.parse(await run('all.mjs'));
      const required: string[][] = JSON.parse(await run('all.cjs'));
      assert.deepEqual(required, imported);
      for (const [index, entry] of MODULES.entries()) {
        const name = ENTRIES[entry];
        if (typeof name === 'string') assert.ok(imported[index]?.includes(name), `${entry} has ${name}`);
      }
      const command = '../node_modules/flamingo-onnx/cli/flamingo.mjs';
      await run(command, 'compile', 'small.ts', '--out', `small-${version}`);
      const picture = join(ROOT, 'tests/images/cat.png');
      const answer = await run(
        command,
        'run',
        `small-${version}`,
        '--image',
        picture,
        '--choices',
        'a|b',
        '--json',
      );
      assert.equal(JSON.parse(answer).choices.length, 2);
    });
  }
});
