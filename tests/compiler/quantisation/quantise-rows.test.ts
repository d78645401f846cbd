import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BLOCK_FORMATS } from '../../../compiler/quantisation/block-format.ts';
import { quantiseRows } from '../../../compiler/quantisation/quantise-rows.ts';
import { dequantised } from './dequantised.ts';

const matrix = fc
  .record({ rows: fc.integer({ min: 1, max: 3 }), width: fc.integer({ min: 1, max: 80 }) })
  .chain(({ rows, width }) =>
    fc.record({
      width: fc.constant(width),
      block: fc.constantFrom(32, 64),
      weights: fc
        .array(
          fc.oneof(
            { weight: 6, arbitrary: fc.float({ min: -1, max: 1, noNaN: true }) },
            { weight: 1, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
          ),
          { minLength: rows * width, maxLength: rows * width },
        )
        .map((values) => Float32Array.from(values)),
    }),
  );

for (const format of [BLOCK_FORMATS.int4, BLOCK_FORMATS.int8]) {
  describe(`rows as ${format.name}`, () => {
    it('are no farther from the weights than rounding to a grid from the lowest number to the farthest weight', () => {
      fc.assert(
        fc.property(matrix, ({ width, block: size, weights }) => {
          const layout = { width, block: size };
          const found = dequantised(format.name, quantiseRows(format, weights, layout), layout);
          for (let row = 0; row < weights.length; row += width) {
            for (let first = 0; first < width; first += size) {
              const [from, to] = [row + first, row + Math.min(first + size, width)];
              const block = [...weights.subarray(from, to)];
              const step = Math.max(...block.map(Math.abs)) / format.middle;
              // Half a step each, and a whole one for weights at the end that has a number less.
              const bound = block.reduce((sum, weight) => {
                const clipped = Math.abs(weight) > (format.middle - 1) * step ? step : step / 2;
                return sum + clipped ** 2;
              }, 0);
              const error = block.reduce(
                (sum, weight, at) => sum + (weight - (found[from + at] ?? 0)) ** 2,
                0,
              );
              assert.ok(error <= bound * (1 + 1e-5) + 1e-80, `${error} > ${bound} in [${block}]`);
            }
          }
        }),
        { numRuns: 200 },
      );
    });

    it('hold zeros exactly, and fill the last block up with them', () => {
      const layout = { width: 40, block: 32 };
      const { width, block } = layout;
      const weights = new Float32Array(2 * width);
      weights[width] = 0.5;
      const { values, scales } = quantiseRows(format, weights, layout);
      assert.deepEqual([...scales.subarray(0, 2), scales[3]], [0, 0, 0]);
      // Nothing below zero is zero too.
      const found = dequantised(format.name, { values, scales }, layout).map((weight) => weight + 0);
      assert.deepEqual(found, [...weights]);
      const bytes = (block * format.bits) / 8;
      const filled = values.subarray(bytes + (8 * format.bits) / 8, 2 * bytes);
      assert.ok(filled.every((byte) => byte === (format.bits === 4 ? 0x88 : 128)));
    });
  });
}
