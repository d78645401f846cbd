import assert from 'node:assert/strict';
import { bootstrapMean, middle, resamples, studentInterval } from '../../runtime/evaluate/bootstrap.ts';

describe('intervals', () => {
  it("of a few runs are Student's", () => {
    // 0.42 and 4.303 standard errors of 0.011547 to both sides.
    const { low, high } = studentInterval([0.4, 0.42, 0.44]);
    assert.ok(Math.abs(low - 0.3703) < 1e-3 && Math.abs(high - 0.4697) < 1e-3, `${low} ${high}`);
    const two = studentInterval([0, 0.5]);
    assert.ok(two.low === 0 && two.high > 3);
  });

  it('of items hold about as much as the normal approximation, and are the same each time', () => {
    const values = Array.from({ length: 400 }, (_, index) => index % 2);
    const { low, high } = bootstrapMean(values);
    assert.ok(Math.abs(low - 0.451) < 0.01 && Math.abs(high - 0.549) < 0.01, `${low} ${high}`);
    assert.deepEqual(bootstrapMean(values), { low, high });
    const cut = middle(Array.from({ length: 1001 }, (_, index) => index / 1000));
    assert.ok(Math.abs(cut.low - 0.025) < 0.002 && Math.abs(cut.high - 0.975) < 0.002, JSON.stringify(cut));
  });

  it('draw as many places as there are, of all of them', () => {
    const drawn = [...resamples(50, 20)];
    assert.equal(drawn.length, 20);
    assert.ok(
      drawn.every((places) => places.length === 50 && places.every((place) => place >= 0 && place < 50)),
    );
    assert.equal(new Set(drawn.flatMap((places) => [...places])).size, 50);
  });
});
