import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { suppress, temper, topK, topP } from '../../../runtime/generate/search/processors.ts';
import { greedy, seededSampler } from '../../../runtime/generate/search/sampler.ts';
import { topKIndices } from '../../../runtime/generate/search/top-k-indices.ts';
import { TokenDistribution } from '../../../runtime/generate/token-distribution.ts';

const logits = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 40 });
const logSoftmax = (values: ArrayLike<number>) => new TokenDistribution(values).logProbabilities();
const kept = (scores: Float64Array) => [...scores.keys()].filter((token) => scores[token] !== -Infinity);
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

describe('choosing a token', () => {
  it('makes log-probabilities whose exponentials sum to one and whose differences are those of the logits', () => {
    fc.assert(
      fc.property(logits, (values) => {
        const result = logSoftmax(values);
        assert.ok(Math.abs(sum(result.map(Math.exp)) - 1) < 1e-12);
        for (const [i, value] of values.entries()) {
          assert.ok(Math.abs((result[i] ?? NaN) - (result[0] ?? NaN) - (value - (values[0] ?? NaN))) < 1e-9);
        }
      }),
    );
  });

  it('has the digits of double precision, whatever the distance of the logits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2000, noNaN: true }), (apart) => {
        const [, lower = NaN] = logSoftmax([0, -apart]);
        const exact = -apart - Math.log1p(Math.exp(-apart));
        assert.ok(Math.abs(lower - exact) <= 4e-16 * (1 + apart), `${lower} for ${exact}`);
      }),
    );
    assert.deepEqual([...logSoftmax([-Infinity, 0])], [-Infinity, 0]);
    assert.ok(logSoftmax([Number.NaN, 0]).every(Number.isNaN));
  });

  it('keeps its digits for logits that would overflow', () => {
    assert.deepEqual([...logSoftmax([1e4, 1e4])], [Math.log(0.5), Math.log(0.5)]);
  });

  it('finds the highest values as a full sort does', () => {
    const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(-Infinity)), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 12 }), (list, count) => {
        const sorted = [...list.keys()]
          .filter((index) => list[index] !== -Infinity)
          .sort((a, b) => (list[b] ?? 0) - (list[a] ?? 0) || a - b);
        assert.deepEqual(topKIndices(list, count), sorted.slice(0, count));
      }),
    );
  });

  it('suppresses tokens and divides by the temperature', () => {
    const scores = Float64Array.of(1, 2, 3);
    suppress([1])(scores);
    temper(2)(scores);
    assert.deepEqual([...scores], [0.5, -Infinity, 1.5]);
  });

  it('keeps the k likeliest tokens and those as likely as the k-th', () => {
    const scores = Float64Array.of(1, 3, 2, 2, 0);
    topK(2)(scores);
    assert.deepEqual(kept(scores), [1, 2, 3]);
    fc.assert(
      fc.property(logits, fc.integer({ min: 1, max: 50 }), (values, k) => {
        const result = Float64Array.from(values);
        topK(k)(result);
        const least = [...values].sort((a, b) => b - a)[Math.min(k, values.length) - 1] ?? NaN;
        assert.deepEqual(
          kept(result),
          [...values.keys()].filter((token) => (values[token] ?? NaN) >= least),
        );
      }),
    );
  });

  it('keeps the smallest set that reaches p', () => {
    const scores = Float64Array.from([0.1, 0.5, 0.2, 0.2], Math.log);
    topP(0.6)(scores);
    assert.deepEqual(kept(scores), [1, 2]);
    fc.assert(
      fc.property(logits, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, p) => {
        const before = logSoftmax(values);
        const after = before.slice();
        topP(p)(after);
        const left = kept(after);
        const mass = sum(left.map((token) => Math.exp(before[token] ?? NaN)));
        const least = Math.min(...left.map((token) => Math.exp(before[token] ?? NaN)));
        assert.ok(mass >= p - 1e-9, 'the set reaches p');
        assert.ok(left.length === 1 || mass - least < p + 1e-9, 'without its least likely token it does not');
        const dropped = [...before.keys()].filter((token) => !left.includes(token));
        assert.ok(
          dropped.every((token) => Math.exp(before[token] ?? NaN) <= least),
          'the likeliest are kept',
        );
      }),
    );
  });

  it('keeps of large vocabularies with ties and impossible tokens what a full sort keeps', () => {
    const score = fc.oneof(
      fc.double({ min: -40, max: 0, noNaN: true }),
      fc.integer({ min: -4, max: 0 }),
      fc.constant(-Infinity),
    );
    const vocabulary = fc.array(score, { minLength: 300, maxLength: 700 });
    const share = fc.oneof(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.constant(1));
    fc.assert(
      fc.property(vocabulary, share, fc.integer({ min: 1, max: 600 }), (values, p, k) => {
        fc.pre(values.some((value) => value > -Infinity));
        const order = [...values.keys()].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
        const highest = values[order[0] ?? 0] ?? 0;
        const weight = (token: number) => Math.exp((values[token] ?? -Infinity) - highest);
        const total = sum([...values.keys()].map(weight));
        let before = 0;
        const nucleus = order.filter((token, rank) => {
          const wanted = rank === 0 || before < p * total;
          before += weight(token);
          return wanted && values[token] !== -Infinity;
        });
        const scores = Float64Array.from(values);
        topP(p)(scores);
        assert.deepEqual(
          kept(scores),
          nucleus.sort((a, b) => a - b),
        );
        const few = Float64Array.from(values);
        topK(k)(few);
        const least = k < values.length ? (values[order[k - 1] ?? 0] ?? NaN) : -Infinity;
        const likely = [...values.keys()].filter((token) => (values[token] ?? NaN) >= least);
        assert.deepEqual(
          kept(few),
          likely.filter((token) => values[token] !== -Infinity),
        );
      }),
    );
  });

  it('takes the likeliest token, the first among equals', () => {
    const next = new TokenDistribution([0, 3, 3, 1]);
    assert.equal(greedy()(next), 1);
    assert.equal(greedy([1])(next), 2);
    assert.equal(greedy([2, 1])(next), 3);
    assert.equal(greedy([0, 1, 2, 3])(next), 0);
    fc.assert(
      fc.property(logits, fc.array(fc.nat(40)), (values, never) => {
        const scores = Float64Array.from(values);
        suppress(never.filter((token) => token < values.length))(scores);
        assert.equal(greedy(never)(new TokenDistribution(values)), topKIndices(scores, 1)[0] ?? 0);
      }),
    );
  });

  it('says of one token what it says of all, and whether they are numbers', () => {
    fc.assert(
      fc.property(logits, (values) => {
        const next = new TokenDistribution(Float32Array.from(values));
        assert.deepEqual(
          values.map((_, token) => next.logProbability(token)),
          [...next.logProbabilities()],
        );
        assert.ok(next.isOfNumbers);
      }),
    );
    assert.ok(Number.isNaN(new TokenDistribution([1, 2]).logProbability(2)));
    for (const values of [
      [Number.NaN, 1],
      [1, Number.POSITIVE_INFINITY],
      [Number.NaN, Number.NaN],
    ])
      assert.ok(!new TokenDistribution(values).isOfNumbers);
  });

  it('draws the same tokens for the same seed and others for another', () => {
    const next = new TokenDistribution(new Float32Array(100));
    const draw = (seed: number) => {
      const sample = seededSampler(seed);
      return Array.from({ length: 20 }, () => sample(next));
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
    const first = new Set(Array.from({ length: 50 }, (_, seed) => seededSampler(seed)(next)));
    assert.ok(first.size > 25, 'the first draws of neighbouring seeds differ');
  });

  it('draws tokens as often as their probability says, and never an impossible one', () => {
    const probabilities = [0.5, 0, 0.3, 0.2];
    const sample = seededSampler(3);
    const next = new TokenDistribution(probabilities.map(Math.log));
    const draws = 20_000;
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < draws; i++) {
      const token = sample(next);
      counts[token] = (counts[token] ?? 0) + 1;
    }
    assert.equal(counts[1], 0);
    for (const [token, probability] of probabilities.entries()) {
      const std = Math.sqrt((probability * (1 - probability)) / draws);
      assert.ok(Math.abs((counts[token] ?? 0) / draws - probability) <= 5 * std, `token ${token}`);
    }
  });
});
