import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MAKINGS } from '../examples/places.ts';
import { installedPackage, ROOT } from './installed-package.ts';

const execute = promisify(execFile);

/** The examples, outside this repository, on the package as it is installed. */
describe('the examples on the installed package', () => {
  let folder = '';

  before(async () => {
    folder = join(await installedPackage(), 'examples');
    for (const name of await readdir(join(ROOT, 'examples'))) {
      if (!MAKINGS.includes(name))
        await cp(join(ROOT, 'examples', name), join(folder, name), { recursive: true });
    }
    await copyFile(join(ROOT, 'tests/package/foreign/tsconfig.json'), join(folder, 'tsconfig.json'));
  });

  it('type-check', async () => {
    await execute(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], { cwd: folder });
  });

  it('compile with the weights of their originals', async () => {
    const flamingo = join(folder, '../node_modules/flamingo-onnx/cli/flamingo.mjs');
    const weights = join(ROOT, 'tests/references/examples/gated-recurrence.weights.safetensors');
    const words = [
      'compile',
      'gated-recurrence/model.ts',
      '--weights',
      weights,
      '--out',
      'compiled',
      '--json',
    ];
    const { stdout } = await execute(process.execPath, [flamingo, ...words], { cwd: folder });
    const { parameters, graphs } = JSON.parse(stdout);
    assert.equal(parameters.origin, 'loaded');
    assert.equal(graphs['gated-recurrence'].nodes.Scan, 1);
  });
});
