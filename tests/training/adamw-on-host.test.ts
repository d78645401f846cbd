import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AdamW } from '../../runtime/training/optimizer/adamw.ts';
import { assertClose } from '../models/close.ts';

const OPTIONS = {
  learningRate: 1,
  weightDecay: 0.1,
  betas: [0.9, 0.99],
  epsilon: 1e-8,
  clipNorm: 1,
} as const;

/** Lengths around those that are taken together: 4, 8 and 8,192 values. */
const lengths = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 8180, max: 8200 }),
  fc.constant(20_000),
);

function noise(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(seed + index * (index % 97)));
}

describe('AdamW on the host', () => {
  it('changes every value of arrays of any length by the formula, in its own memory and elsewhere', () => {
    fc.assert(
      fc.property(
        fc.array(lengths, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        (sizes, step, inside) => {
          const adamW = new AdamW(OPTIONS, inside ? sizes.flatMap((size) => [size, size, size, size]) : []);
          const placed = (values: Float32Array) => {
            if (!inside) return values;
            const array = adamW.allocate(values.length);
            array.set(values);
            return array;
          };
          const learned = sizes.map((length, index) => ({
            value: placed(noise(length, index)),
            firstMoment: placed(noise(length, index + 10)),
            secondMoment: placed(noise(length, index + 20).map(Math.abs)),
            gradient: placed(noise(length, index + 30)),
            decays: index % 2 === 0,
          }));
          const sum = learned
            .flatMap(({ gradient }) => [...gradient])
            .reduce((all, each) => all + each ** 2, 0);
          const gradientNorm = adamW.globalNorm(learned.map(({ gradient }) => gradient));
          assert.ok(Math.abs(gradientNorm / Math.sqrt(sum) - 1) < 1e-12);
          const clip = Math.min(1 / (gradientNorm + 1e-6), 1);
          const [{ value: some } = { value: noise(1, 0) }] = learned;
          assert.equal(some.byteOffset > 0, inside);
          const expected = learned.map(({ value, firstMoment, secondMoment, gradient, decays }) => {
            const first = firstMoment.map((each, index) => 0.9 * each + 0.1 * clip * (gradient[index] ?? 0));
            const second = secondMoment.map(
              (each, index) => 0.99 * each + 0.01 * (clip * (gradient[index] ?? 0)) ** 2,
            );
            const after = value.map((each, index) => {
              const root = Math.sqrt((second[index] ?? 0) / (1 - 0.99 ** step));
              const change = (0.03 * (first[index] ?? 0)) / (1 - 0.9 ** step) / (root + 1e-8);
              return each * (decays ? 1 - 0.03 * 0.1 : 1) - change;
            });
            return { after, first, second };
          });
          adamW.step(learned, { learningRate: 0.03, step, gradientNorm });
          for (const [index, { after, first, second }] of expected.entries()) {
            const { value = [], firstMoment = [], secondMoment = [] } = learned[index] ?? {};
            assertClose(value, after, 1e-6);
            assertClose(firstMoment, first, 1e-6);
            assertClose(secondMoment, second, 1e-6);
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it('gives no finite norm where a gradient has a value that is none, wherever it stands', () => {
    const adamW = new AdamW(OPTIONS);
    const inside = new AdamW(OPTIONS, [8201]);
    for (const [value, place] of [
      [Number.NaN, 0],
      [Number.POSITIVE_INFINITY, 8192],
      [Number.NaN, 8200],
    ] as const) {
      const gradient = new Float32Array(8201).fill(1);
      gradient[place] = value;
      assert.ok(!Number.isFinite(adamW.globalNorm([new Float32Array(3), gradient])));
    }
    const own = inside.allocate(8201);
    for (const place of [0, 8192, 8200]) {
      own.fill(1);
      assert.ok(Number.isFinite(inside.globalNorm([own])));
      own[place] = Number.NaN;
      assert.ok(!Number.isFinite(inside.globalNorm([own])));
    }
    assert.equal(adamW.globalNorm([new Float32Array(5)]), 0);
  });
});
