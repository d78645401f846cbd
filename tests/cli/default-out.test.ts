import assert from 'node:assert/strict';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { defaultOut } from '../../cli/default-out.ts';

describe('where a model or a run goes without --out', () => {
  it('is a folder of its name', () => {
    for (const name of ['copy', 'mine-2', 'clip.b16', 'two words', 'größe', '..x', 'console'])
      assert.equal(defaultOut('runs', 'recipe', name), join('runs', name));
  });

  it('is never elsewhere', () => {
    const names = [
      '../x',
      '..',
      '.',
      '',
      '/tmp/x',
      'a/b',
      'a\\b',
      'C:x',
      'a\0',
      'a\nb',
      'a?',
      'nul',
      'COM1.x',
      'a.',
    ];
    for (const name of [...names, 'a ', 'x'.repeat(201)]) {
      assert.throws(
        () => defaultOut('artifacts', 'model', name),
        (error: unknown) => {
          assert.ok(error instanceof UserError, name);
          assert.match(
            error.message,
            /^The model is called ".*", which cannot be the name of a folder in artifacts\/: [^\n]*\.$/,
          );
          return true;
        },
      );
    }
  });
});
