import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { logSumExp, oneByOne } from '../../../runtime/generate/log-sum-exp.ts';
import { assertAssembled } from '../../support/assembled.ts';

describe('the sum of exponentials', () => {
  it('has a module that is what its source is assembled to (UPDATE_SNAPSHOTS=1 writes it)', () =>
    assertAssembled({
      source: 'runtime/generate/assembly/exponentials.ts',
      file: 'runtime/generate/exponentials-module.ts',
      name: 'EXPONENTIALS',
      test: 'tests/runtime/generate/log-sum-exp.test.ts',
    }));

  const value = fc.oneof(
    { weight: 8, arbitrary: fc.float({ min: -60, max: 60, noNaN: true }) },
    { weight: 2, arbitrary: fc.float({ min: -2000, max: 2000, noNaN: true }) },
    fc.constant(Number.NEGATIVE_INFINITY),
  );
  const vocabulary = fc.array(value, { minLength: 1024, maxLength: 1100 });

  it('is bit for bit the same by several at once and one by one', () => {
    fc.assert(
      fc.property(vocabulary, (values) => {
        fc.pre(values.some(Number.isFinite));
        const logits = Float32Array.from(values);
        assert.deepEqual(logSumExp(logits), oneByOne(logits));
      }),
      { numRuns: 50 },
    );
  });

  it("is that of Math.exp to double precision's digits", () => {
    fc.assert(
      fc.property(vocabulary, (values) => {
        fc.pre(values.some(Number.isFinite));
        const logits = Float32Array.from(values);
        const { highest, logSum } = logSumExp(logits);
        const most = logits.reduce((largest, each) => Math.max(largest, each), Number.NEGATIVE_INFINITY);
        const sum = logits.reduce((total, each) => total + Math.exp(each - most), 0);
        assert.equal(highest, most);
        assert.ok(Math.abs(logSum - Math.log(sum)) < 1e-13);
      }),
      { numRuns: 50 },
    );
  });

  it('is no number where a value is none, wherever it stands', () => {
    for (const place of [0, 1, 2, 3, 700, 1026])
      for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const logits = new Float32Array(1027);
        logits[place] = wrong;
        assert.ok(Number.isNaN(logSumExp(logits).logSum));
        assert.ok(Number.isNaN(oneByOne(logits).logSum));
      }
  });
});
