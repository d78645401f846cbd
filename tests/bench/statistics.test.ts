import assert from 'node:assert/strict';
import fc from 'fast-check';
import { interleave } from '../../bench/measure/interleave.ts';
import { compare, medianInterval, spreadOf } from '../../bench/measure/statistics.ts';

/** Chance that between `cut + 1` and `count - cut - 1` of `count` samples lie below the median, by adding up. */
function coverage(count: number, cut: number): number {
  let choose = 1;
  let inside = 0;
  for (let below = 0; below <= count; below++) {
    if (below > cut && below < count - cut) inside += choose;
    choose = (choose * (count - below)) / (below + 1);
  }
  return inside / 2 ** count;
}

describe('statistics of the benchmarks', () => {
  it('has the interval of a median as the tables of the sign test have it', () => {
    // Six is the fewest samples that reach 95 %; the others are the textbook's cuts.
    assert.deepEqual(
      [5, 6, 9, 12, 20].map((count) => medianInterval(count).cut),
      [0, 0, 1, 2, 5],
    );
    assert.ok(medianInterval(5).confidence < 0.95);
  });

  it('takes the narrowest interval of 95 % and says what it reaches', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 300 }), (count) => {
        const { cut, confidence } = medianInterval(count);
        assert.ok(Math.abs(confidence - coverage(count, cut)) < 1e-3);
        assert.ok(coverage(count, cut) >= 0.949 && coverage(count, cut + 1) < 0.951);
      }),
    );
  });

  it('compares by rounds: noise that both sides of a round share leaves no trace', () => {
    const times = fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(times, (noise) => {
        const { median, low, high, pairs } = compare(
          'a / b',
          noise.map((each) => 3 * each),
          noise.map((each) => 2 * each),
        );
        for (const value of [median, low, high]) assert.ok(Math.abs(value - 1.5) < 1e-9);
        assert.equal(pairs, noise.length);
      }),
    );
  });

  it('gives median and quartiles', () => {
    assert.deepEqual(spreadOf([5, 1, 4, 2, 3], 'ms'), { unit: 'ms', median: 3, low: 2, high: 4, samples: 5 });
  });

  it('measures in turns, the order turned round in every other round', async () => {
    const order: string[] = [];
    const slow = (name: string) => async () => {
      order.push(name);
      await new Promise((resolve) => setTimeout(resolve, 25));
    };
    const samples = await interleave({ a: slow('a'), b: slow('b') }, { seconds: 0, least: 3 });
    assert.equal(order.slice(4).join(''), 'abbaab', 'after two untimed runs of each');
    assert.deepEqual([samples.a.length, samples.b.length], [3, 3]);
  });

  it('repeats a short run, and gives the time of one', async () => {
    let runs = 0;
    const { a } = await interleave({ a: async () => void runs++ }, { seconds: 0, least: 2 });
    assert.ok(runs > 2 + 2 * 2, `${runs} runs`);
    assert.equal(a.length, 2);
  });
});
