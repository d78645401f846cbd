import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const SOURCE = 'compiler/quantisation/assembly/quantise.ts';
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MODULE = new URL('../../../compiler/quantisation/quantise-module.ts', import.meta.url);

/** The module that AssemblyScript makes of its source. */
async function assembled(): Promise<Uint8Array> {
  const files = new Map<string, Uint8Array | string>();
  const flags = ['--optimizeLevel', '3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'];
  const { error, stderr } = await asc.main(
    [SOURCE, '--baseDir', ROOT, '--outFile', 'module.wasm', ...flags],
    {
      writeFile: (name, content) => void files.set(name, content),
    },
  );
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  const made = files.get('module.wasm');
  assert.ok(made instanceof Uint8Array);
  return made;
}

describe('the module that quantises', function () {
  this.timeout(60_000);

  it('is what its source is assembled to (UPDATE_SNAPSHOTS=1 writes it)', async () => {
    const base64 = Buffer.from(await assembled()).toString('base64');
    const content = `/* Written by tests/compiler/quantisation/quantise-module.test.ts with UPDATE_SNAPSHOTS=1. */

/** \`assembly/quantise.ts\` as WebAssembly, in base64: a module that is text needs no file beside a bundle. */
export const QUANTISE =
  '${base64}';
`;
    if (process.env.UPDATE_SNAPSHOTS === '1') await writeFile(MODULE, content);
    assert.equal(await readFile(MODULE, 'utf8'), content);
  });
});
