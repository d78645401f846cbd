import assert from 'node:assert/strict';
import { ModelError } from '../../dsl/index.ts';
import { tokenIdsFromConfig } from '../../models/configs/generation.ts';
import { preprocessingFromConfig } from '../../models/configs/preprocessor.ts';

describe('a config with thousands of mistakes', () => {
  const many = Array.from({ length: 5000 }, () => 'a');
  const cases: Readonly<Record<string, () => unknown>> = {
    'generation_config.json': () => tokenIdsFromConfig({ bad_words_ids: many }, 'generation_config.json'),
    'preprocessor_config.json': () => preprocessingFromConfig({ image_mean: many }, 224),
  };
  for (const [file, read] of Object.entries(cases)) {
    it(`is refused in one sentence that lists the first: ${file}`, () => {
      assert.throws(
        read,
        (error) => error instanceof ModelError && error.message.length < 1000 && error.message.includes(file),
      );
    });
  }
});
