import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { assembled } from '../support/assembled.ts';

const SOURCE = 'runtime/training/optimizer/assembly/adamw.ts';
const MODULE = new URL('../../runtime/training/optimizer/adamw-module.ts', import.meta.url);

describe('the module of AdamW', function () {
  this.timeout(60_000);

  it('is what its source is assembled to (UPDATE_SNAPSHOTS=1 writes it)', async () => {
    // Four chunks and what lies before them.
    const content = `/* Written by tests/training/adamw-module.test.ts with UPDATE_SNAPSHOTS=1. */

/** \`assembly/adamw.ts\` as WebAssembly, in base64: a module that is text needs no file beside a bundle. */
export const ADAMW =
  '${await assembled(SOURCE, ['--initialMemory', '3'])}';
`;
    if (process.env.UPDATE_SNAPSHOTS === '1') await writeFile(MODULE, content);
    assert.equal(await readFile(MODULE, 'utf8'), content);
  });
});
