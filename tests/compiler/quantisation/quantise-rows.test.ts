import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { float32ToBfloat16, float32ToFloat16 } from '../../../artifact/weights/half-precision.ts';
import { openSafetensors, writeSafetensors } from '../../../artifact/weights/safetensors.ts';
import { STORED_BYTES, viewAs } from '../../../artifact/weights/stored-dtype.ts';
import { toFloat32 } from '../../../artifact/weights/to-float32.ts';
import { BLOCK_FORMATS } from '../../../compiler/quantisation/block-format.ts';
import { quantiseChunk } from '../../../compiler/quantisation/quantise-chunk.ts';
import {
  memoryOf,
  quantiseRows,
  rowsIn,
  type UnreadWeights,
} from '../../../compiler/quantisation/quantise-rows.ts';
import { dequantised } from './dequantised.ts';
import { plainQuantise } from './plain-quantise.ts';

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

/** Bits of finite numbers: any, those about the middle of two numbers of a format, zeros of both signs, the smallest and the largest. */
function finiteBits(dtype: UnreadWeights['dtype']): fc.Arbitrary<number> {
  const [wide, exponent] = { float32: [32, 8], float16: [16, 5], bfloat16: [16, 8] }[dtype] as [
    number,
    number,
  ];
  const fraction = wide - 1 - exponent;
  const bits = fc
    .record({
      sign: fc.nat(1),
      exponent: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 2 ** (exponent - 1) - 8, max: 2 ** (exponent - 1) }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** exponent - 2 }) },
        { weight: 1, arbitrary: fc.constantFrom(0, 2 ** exponent - 2) },
      ),
      // Few digits, so that quotients lie in the middle of two numbers.
      fraction: fc.oneof(
        fc.nat(15).map((few) => few * 2 ** (fraction - 4)),
        fc.nat(2 ** fraction - 1),
        fc.constantFrom(0, 1),
      ),
    })
    .map(
      ({ sign, exponent, fraction: digits }) => sign * 2 ** (wide - 1) + exponent * 2 ** fraction + digits,
    );
  return fc.oneof(
    { weight: 8, arbitrary: bits },
    { weight: 1, arbitrary: fc.constantFrom(0, 2 ** (wide - 1)) },
  );
}

const LAYOUTS = fc.oneof(
  fc.record({
    format: fc.constantFrom('int4' as const, 'int8' as const),
    block: fc.constantFrom(32, 64),
    // Whole blocks in 4 bits, a few together, are quantised in float32.
    width: fc.oneof(
      fc.integer({ min: 1, max: 150 }),
      fc.integer({ min: 1, max: 12 }).map((blocks) => 32 * blocks),
    ),
    perRow: fc.constant(false),
  }),
  fc
    .integer({ min: 1, max: 150 })
    .map((width) => ({ format: 'int8' as const, block: width, width, perRow: true })),
);

for (const dtype of ['float32', 'float16', 'bfloat16'] as const) {
  describe(`rows that are stored as ${dtype}`, () => {
    const cases = LAYOUTS.chain((layout) =>
      fc.record({
        layout: fc.constant(layout),
        rows: fc.integer({ min: 1, max: 9 }),
        // Blocks repeat what is drawn, some with a block of zeros.
        bits: fc.array(finiteBits(dtype), { minLength: 1, maxLength: 200 }),
        zeros: fc.nat(3),
      }),
    );

    it('become the bytes that a plain loop in 64 bits makes', () => {
      fc.assert(
        fc.property(cases, ({ layout, rows, bits, zeros }) => {
          const count = rows * layout.width;
          const drawn = Array.from({ length: count }, (_, at) =>
            zeros > 0 && Math.floor(at / 32) % 4 === zeros ? 0 : (bits[at % bits.length] ?? 0),
          );
          const numbers = dtype === 'float32' ? Uint32Array.from(drawn) : Uint16Array.from(drawn);
          const { buffer } = numbers;
          const weights = toFloat32(viewAs(dtype, buffer), { name: 'w', dtype }, 'memory');
          const read = (memory: Uint8Array, from: number) =>
            memory.set(new Uint8Array(buffer, from * STORED_BYTES[dtype], memory.length));
          const found = quantiseRows(BLOCK_FORMATS[layout.format], { dtype, count, read }, layout);
          const expected = plainQuantise(BLOCK_FORMATS[layout.format], weights, layout);
          assert.deepEqual(found.values, expected.values);
          assert.deepEqual(found.scales, expected.scales);
          const [uneven, plain] = [found.uneven ?? 0, expected.uneven ?? 0];
          assert.ok(Math.abs(uneven - plain) <= 1e-9 * plain, `${uneven} is not ${plain}`);
        }),
        { numRuns: 500 },
      );
    });
  });
}

describe('rows with one scale each', () => {
  it('become columns of all rows, whether they are put there at once or in parts', () => {
    // More rows than are read at once, and more than are turned together.
    const [rows, width] = [19, 20_003];
    const weights = Float32Array.from({ length: rows * width }, (_, at) => Math.sin(at * at));
    const layout = { width, block: width, perRow: true };
    const format = BLOCK_FORMATS.int8;
    const { values, scales } = plainQuantise(format, weights, layout);
    for (const parts of [[19], [11, 8], [1, 17, 1]]) {
      // Memory of another weight has anything in it.
      const memory = new SharedArrayBuffer(memoryOf(format, weights.length, layout) + 100);
      new Uint8Array(memory).fill(85);
      let first = 0;
      for (const part of parts) {
        const some = weights.subarray(first * width, (first + part) * width);
        quantiseRows(format, some, layout, { memory, rows, first });
        first += part;
      }
      const found = rowsIn(memory, format, weights.length, layout);
      assert.equal(Buffer.compare(found.values, values), 0, `${parts}`);
      assert.deepEqual([...found.scales], [...scales], `${parts}`);
    }
  });
});

describe('halves on either side of the middle of two numbers of four bits', () => {
  for (const [dtype, digits, toBits, exponents] of [
    ['float16', 10, float32ToFloat16, [0, 15, -9, -10, -11, -14]],
    ['bfloat16', 7, float32ToBfloat16, [0, 127, 100, 101, -100, -101, -126]],
  ] as const) {
    // A larger weight has no smaller number, so that what holds beside the middles holds between them.
    it(`become what float64 makes of them, beside every farthest weight in ${dtype}`, () => {
      const layout = { width: 64, block: 32 };
      for (const exponent of exponents) {
        const bits = Array.from({ length: 2 ** digits }, (_, step) => step).flatMap((step) => {
          const farthest = (1 + step / 2 ** digits) * 2 ** exponent;
          const middles = Float32Array.from({ length: 16 }, (_, at) => ((2 * at - 15) / 16) * farthest);
          const near = [...toBits(middles)].flatMap((middle) => [middle - 1, middle, middle + 1]);
          const [most = 0, least = 0] = toBits(Float32Array.of(farthest, -farthest));
          return [
            ...[most, ...near.slice(0, 24), ...near.slice(0, 6), 0],
            ...[least, ...near.slice(0, 24), ...near.slice(0, 6), 0],
            ...[most, ...near.slice(24), ...near.slice(0, 6), least],
            ...[least, ...near.slice(24), ...near.slice(0, 6), most],
          ];
        });
        const halves = Uint16Array.from(bits);
        const read = (memory: Uint8Array, from: number) =>
          memory.set(new Uint8Array(halves.buffer, 2 * from, memory.length));
        const weights = toFloat32(halves, { name: 'w', dtype }, 'memory');
        const found = quantiseRows(BLOCK_FORMATS.int4, { dtype, count: halves.length, read }, layout);
        const expected = plainQuantise(BLOCK_FORMATS.int4, weights, layout);
        assert.deepEqual(found, expected, `2^${exponent}`);
      }
    });
  }
});

describe('rows of a file that hold what is no finite number', () => {
  const BROKEN = {
    float32: { NaN: 0x7fc00001, Infinity: 0x7f800000, '-Infinity': 0xff800000 },
    float16: { NaN: 0xfe01, Infinity: 0x7c00, '-Infinity': 0xfc00 },
    bfloat16: { NaN: 0x7f81, Infinity: 0x7f80, '-Infinity': 0xff80 },
  };
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'broken-rows-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [dtype, values] of Object.entries(BROKEN)) {
    for (const [shown, bits] of Object.entries(values)) {
      it(`are refused by the place of ${shown} in ${dtype}`, async () => {
        const [rows, width] = [3, 70];
        const path = join(folder, `${dtype}${shown}.safetensors`);
        const stored = dtype === 'float32' ? new Uint32Array(rows * width) : new Uint16Array(rows * width);
        // In the last block, which is not full.
        stored[139] = bits;
        const data = dtype === 'float32' ? new Float32Array(stored.buffer) : new Uint16Array(stored.buffer);
        assert.ok(dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16');
        await writeSafetensors(path, [{ name: 'w', dtype, shape: [rows, width], data }]);
        const tensor = (await openSafetensors(path)).tensor('w');
        for (const [format, block, perRow] of [
          ['int4', 32, false],
          ['int8', width, true],
        ] as const) {
          const chunk = { format, width, block, perRow, origin: { name: 'w', path } };
          assert.throws(
            () =>
              quantiseChunk({ ...chunk, before: width, rows: { tensor, first: width, count: 2 * width } }),
            {
              name: 'UserError',
              message: `${path}: tensor 'w' holds ${shown} at element 139, but weights must be finite numbers; the file may come from a training run that diverged.`,
            },
          );
        }
      });
    }
  }
});
