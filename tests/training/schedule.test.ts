import assert from 'node:assert/strict';
import type { Schedule } from '../../dsl/program/recipe.ts';
import { learningRateAt } from '../../runtime/training/schedule.ts';

const optimizer = {
  learningRate: 2,
  weightDecay: 0,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  clipNorm: 1,
} as const;
const rates = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, step) => learningRateAt({ schedule, optimizer, steps }, step));

describe('the learning rate', () => {
  it('is constant, after a rise that ends at its last step', () => {
    assert.deepEqual(rates({ kind: 'constant' }, 3), [2, 2, 2]);
    assert.deepEqual(rates({ kind: 'constant', warmUp: 4 }, 6), [0.5, 1, 1.5, 2, 2, 2]);
  });

  it('falls along half a cosine to its final value at the last step', () => {
    const close = (found: readonly number[], expected: readonly number[]) =>
      found.forEach((rate, index) => {
        assert.ok(Math.abs(rate - (expected[index] ?? Number.NaN)) < 1e-12, `${found}`);
      });
    close(rates({ kind: 'cosine' }, 5), [2, 1 + Math.SQRT1_2, 1, 1 - Math.SQRT1_2, 0]);
    close(rates({ kind: 'cosine', warmUp: 2, final: 0.5 }, 6), [
      1,
      2,
      1.5 + Math.SQRT1_2 / 2,
      1.5,
      1.5 - Math.SQRT1_2 / 2,
      1,
    ]);
  });

  it('is never above the highest nor below the final one, however few the steps', () => {
    for (const steps of [1, 2, 3]) {
      for (const warmUp of [0, 1, 2, 5]) {
        for (const rate of rates({ kind: 'cosine', warmUp, final: 0.1 }, steps))
          assert.ok(rate >= 0.2 - 1e-12 && rate <= 2 + 1e-12, `${rate}`);
      }
    }
  });
});
