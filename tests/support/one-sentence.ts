import assert from 'node:assert/strict';
import { UserError } from '../../artifact/user-error.ts';

/** What `assert.throws` and `assert.rejects` ask of an error that a user reads: one line, which ends in one full stop. */
export const oneSentence =
  (pattern = /./) =>
  (error: unknown): true => {
    assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
    assert.match(error.message, pattern);
    assert.match(error.message, /^[^\n]+[^.]\.$/);
    return true;
  };
