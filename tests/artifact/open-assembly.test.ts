import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { growTo, openAssembly } from '../../artifact/open-assembly.ts';
import { UserError } from '../../artifact/user-error.ts';
import { QUANTISE } from '../../compiler/quantisation/quantise-module.ts';

describe('openAssembly', () => {
  it('says in a sentence what a module has no room for, and leaves its memory as it was', () => {
    const { memory } = openAssembly<{ readonly memory: WebAssembly.Memory }>(QUANTISE, 'Counting');
    const before = memory.buffer.byteLength;
    assert.throws(
      () => growTo(memory, 2 ** 40, 'Counting'),
      (error) =>
        error instanceof UserError &&
        /^Counting takes WebAssembly, whose memory this process may not have .*'ulimit -v'/.test(
          error.message,
        ),
    );
    assert.equal(memory.buffer.byteLength, before);
    growTo(memory, before + 1, 'Counting');
    assert.ok(memory.buffer.byteLength > before);
  });

  it('says that Node was started without WebAssembly', async () => {
    const program = `import('./runtime/training/optimizer/adamw.ts')
      .then(({ AdamW }) => new AdamW({}))
      .catch(({ name, message }) => console.log(name + ': ' + message))`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--jitless',
      '--import',
      'tsx',
      '-e',
      program,
    ]);
    assert.equal(
      stdout,
      'UserError: AdamW takes WebAssembly, which Node lacks when it is started with --jitless.\n',
    );
  });
});
