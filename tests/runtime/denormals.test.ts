import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compiledModel } from './compiled-model.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('./workers/denormals.ts', import.meta.url));

/** Half of 1e-310 in the thread that opens a model, in a process whose first it is. */
async function half(way: 'own thread' | 'this thread'): Promise<string> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', program, way, await compiledModel()]);
  return stdout;
}

describe('numbers too small for the normal form', () => {
  it("stay what they are in a user's thread, whose model computes in one of its own", async () => {
    assert.equal(Number(await half('own thread')), 5e-311);
  });

  it('are zeros in the thread that computes, where the processor takes long over them', async function () {
    // ONNX Runtime knows how to ask x86 alone for it.
    if (process.arch !== 'x64') this.skip();
    assert.equal(Number(await half('this thread')), 0);
  });
});
