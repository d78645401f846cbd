import assert from 'node:assert/strict';
import { ModelError } from '../../dsl/index.ts';

/** For `assert.throws`: that a config was refused in one sentence, and in these words. */
export function refusedConfig(words: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ModelError, String(error));
    assert.match(error.sentence, words);
    assert.ok(error.sentence.length < 2000 && !error.sentence.includes('\n'), 'one sentence');
    return true;
  };
}
