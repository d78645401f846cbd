import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { registries, registryPath } from './registries.ts';

describe('registries', () => {
  it('list what the folders hold; `npm run registries` writes them anew', async () => {
    for (const { file, content } of await registries())
      assert.equal(await readFile(registryPath(file), 'utf8'), content, `${file} is stale`);
  });
});
