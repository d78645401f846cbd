import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installedPackage, ROOT } from './installed-package.ts';

const execute = promisify(execFile);
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

const MODEL = `
import { graph, linear, softmax } from 'flamingo-onnx';

const last = linear(4, 3);
export default graph({
  name: 'classifier',
  inputs: { features: { dtype: 'float32', shape: ['batch', 4] } },
  parts: { last },
  outputs: ({ features }) => ({ scores: softmax(last(features)) }),
});
`;

const PROGRAM = `
import { type Facts, facts, load } from '../classifier/client.mjs';

const name: 'classifier' = facts.name;
const shape: Facts['graphs']['classifier']['inputs']['features']['shape'] = ['batch', 4];
const [, , directory] = process.argv;
const classifier = await load(directory === undefined ? {} : { directory });
const { scores } = await classifier.run({ features: { data: new Float32Array(8), shape: [2, shape[1]] } });
await classifier.close();
console.log(JSON.stringify({ name, shape: scores.shape }));
`;

const DISAGREES = `
import { facts, load } from '../classifier/client.mjs';

export const size: 5 = facts.graphs.classifier.inputs.features.shape[1];
export const answer = load().then((classifier) => classifier.run({ pixels: new Float32Array(4) }));
`;

describe("an artifact's client, in a project of TypeScript", () => {
  let project = '';
  const compile = async (...files: string[]) => {
    const options = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--strict'];
    const words = [TSC, ...options, '--rootDir', 'src', '--outDir', 'dist', ...files];
    await execute(process.execPath, words, { cwd: project });
  };
  const answer = async (...words: string[]) =>
    JSON.parse((await execute(process.execPath, words, { cwd: project })).stdout);
  const EXPECTED = { name: 'classifier', shape: [2, 3] };

  before(async () => {
    // In the folder of a project of CommonJS, which an ES module's ending is to overrule.
    project = join(await installedPackage(), 'classifying');
    await mkdir(join(project, 'src'), { recursive: true });
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'commonjs' }));
    await writeFile(join(project, 'model.ts'), MODEL);
    await writeFile(join(project, 'src/program.mts'), PROGRAM);
    await writeFile(join(project, 'src/disagrees.mts'), DISAGREES);
    const flamingo = '../node_modules/flamingo-onnx/cli/flamingo.mjs';
    await execute(process.execPath, [flamingo, 'compile', 'model.ts', '--out', 'classifier'], {
      cwd: project,
    });
  });

  it('loads the model after tsc --outDir', async () => {
    await compile('src/program.mts');
    assert.deepEqual(await readdir(join(project, 'dist')), ['program.mjs']);
    assert.deepEqual(await answer('dist/program.mjs'), EXPECTED);
  });

  it('refuses a program that disagrees with the model', async () => {
    await assert.rejects(compile('src/disagrees.mts'), ({ stdout = '' }: { stdout?: string }) => {
      const lines = [...stdout.matchAll(/disagrees\.mts\((\d+),/g)].map(([, line]) => Number(line));
      assert.deepEqual(lines, [4, 5], stdout);
      return true;
    });
  });

  it('loads the model that lies elsewhere, by a path or a URL, and moves with its folder', async () => {
    await cp(join(project, 'classifier'), join(project, 'copy'), { recursive: true });
    for (const name of ['manifest.json', 'classifier.onnx']) await rm(join(project, 'classifier', name));
    await assert.rejects(answer('dist/program.mjs'), /classifier/);
    assert.deepEqual(await answer('dist/program.mjs', 'copy'), EXPECTED);
    const byUrl = `import { load } from './classifier/client.mjs';
const classifier = await load({ directory: new URL('./copy', import.meta.url) });
console.log(JSON.stringify(classifier.outputs.map(({ name }) => name)));
await classifier.close();`;
    await writeFile(join(project, 'by-url.mjs'), byUrl);
    assert.deepEqual(await answer('by-url.mjs'), ['scores']);
    await rm(join(project, 'classifier'), { recursive: true });
    await rename(join(project, 'copy'), join(project, 'classifier'));
    assert.deepEqual(await answer('dist/program.mjs'), EXPECTED);
  });
});
