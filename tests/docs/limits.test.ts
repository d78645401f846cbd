import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { limitsPage } from './limits-page.ts';

describe('docs/limits.md', () => {
  it('says the limits that the readers have', () => {
    assert.equal(
      readFileSync('docs/limits.md', 'utf8'),
      limitsPage(),
      'docs/limits.md is stale: node --import tsx tests/docs/write-limits.ts writes it',
    );
  });
});
