import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileGraph } from '../../../compiler/compile-graph.ts';
import { encodeModel } from '../../../compiler/onnx/encode-model.ts';
import { BLOCK_FORMATS } from '../../../compiler/quantisation/block-format.ts';
import { quantiseRows } from '../../../compiler/quantisation/quantise-rows.ts';
import type { StoredParameter } from '../../../compiler/stored-parameter.ts';
import {
  linear as linearLayer,
  matmul,
  nameParameters,
  normal,
  parameter,
  type Tensor,
} from '../../../dsl/index.ts';
import { linear as applyLinear } from '../../../dsl/operators/linear.ts';
import * as onnxruntime from '../../../runtime/onnx-runtime.ts';
import { INT8_LEVELS } from '../../support/int8-levels.ts';
import { input } from '../../support/run-graph.ts';

/** Rows `[out, width]` in int8 with one scale each, as an artifact stores them. */
function stored(weights: Float32Array, width: number) {
  return quantiseRows(BLOCK_FORMATS.int8, weights, { width, block: width, perRow: true });
}

/** A graph of one layer on given weights, loaded once and run on any rows. */
async function layerOf(
  weights: Float32Array,
  { width, fusion = true }: { readonly width: number; readonly fusion?: boolean },
) {
  const out = weights.length / width;
  const layer = linearLayer(width, out, { bias: false });
  const x = input('x', 'float32', ['batch', 'rows', width]);
  const wide: { weight: Tensor } = layer.parts;
  const graph = nameParameters({ layer }).place({
    name: 'one',
    inputs: { x },
    outputs: { y: applyLinear(x, wide.weight) },
  });
  const { onnx } = compileGraph(graph, { precision: 'int8', fusion });
  const members = stored(weights, width);
  const model = encodeModel(onnx, ({ quantised }: StoredParameter) => {
    assert.ok(quantised?.perRow, 'a weight has no scale for each row');
    const values = members[quantised.member];
    return { kind: 'inline', bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
  });
  const session = await onnxruntime.InferenceSession.create(model, { intraOpNumThreads: 1 });
  return {
    operators: onnx.nodes.map(({ type }) => type),
    async run(rows: Float32Array): Promise<Float32Array> {
      const dims = [1, rows.length / width, width];
      const { y } = await session.run({ x: new onnxruntime.Tensor('float32', rows, dims) });
      assert.ok(y?.data instanceof Float32Array);
      return y.data;
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

/** What the operator's documentation says, in 64 bits. */
function expected(weights: Float32Array, rows: Float32Array, width: number, levels: number): number[] {
  const { values, scales } = stored(weights, width);
  const out = scales.length;
  const numbers = Int8Array.from(values);
  const results: number[] = [];
  for (let row = 0; row * width < rows.length; row++) {
    const x = rows.subarray(row * width, (row + 1) * width);
    const step = Math.fround(Math.max(...x.map(Math.abs)) / levels);
    for (let feature = 0; feature < out; feature++) {
      let sum = 0;
      for (let k = 0; k < width; k++) {
        const number = step === 0 ? 0 : Math.round((x[k] ?? 0) / step);
        sum += number * (numbers[k * out + feature] ?? 0);
      }
      results.push(sum * step * (scales[feature] ?? 0));
    }
  }
  return results;
}

function waves(count: number, frequency: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin(frequency * index * index + 0.3));
}

function assertNear(found: Float32Array, wanted: readonly number[], share: number): void {
  const largest = Math.max(...wanted.map(Math.abs), 1e-20);
  for (const [index, value] of found.entries()) {
    const difference = Math.abs(value - (wanted[index] ?? Number.NaN));
    assert.ok(difference <= share * largest, `${index}: ${value}, not ${wanted[index]}`);
  }
}

describe('linear layers in int8 by rows', () => {
  for (const width of [16, 70, 256, 1030]) {
    it(`multiply whole numbers, fused and in plain operators, on width ${width}`, async () => {
      const [weights, rows] = [waves(12 * width, 0.7), waves(5 * width, 1.3)];
      await using fused = await layerOf(weights, { width });
      await using plain = await layerOf(weights, { width, fusion: false });
      assert.ok(fused.operators.includes('MatMulIntegerToFloat'));
      assert.ok(!plain.operators.includes('MatMulIntegerToFloat'));
      // A number half way between two steps may be rounded to either. Plain operators multiply in float32, which holds 8 bits anywhere.
      const check = async (layer: typeof fused, levels: number) =>
        assertNear(
          await layer.run(rows),
          expected(weights, rows, width, levels),
          1 / levels / Math.sqrt(width),
        );
      await check(fused, INT8_LEVELS);
      await check(plain, 127);
    });
  }

  it('give a row the same numbers, to the last bit, whatever is computed beside it', async () => {
    const width = 96;
    await using layer = await layerOf(waves(40 * width, 0.9), { width });
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.float({ min: -2, max: 2, noNaN: true }) },
      { weight: 1, arbitrary: fc.float({ min: -1e6, max: 1e6, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(0) },
    );
    const line = fc.array(value, { minLength: width, maxLength: width });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 9 }), async (lines) => {
        const together = await layer.run(Float32Array.from(lines.flat()));
        for (const [row, each] of lines.entries()) {
          const alone = await layer.run(Float32Array.from(each));
          assert.deepEqual(together.subarray(row * 40, (row + 1) * 40), alone);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('hold the largest numbers of both sides, which cut off sums of 16 bits', async () => {
    const width = 64;
    await using layer = await layerOf(new Float32Array(8 * width).fill(-0.5), { width });
    const [first] = await layer.run(new Float32Array(width).fill(3));
    assert.ok(Math.abs((first ?? 0) + 0.5 * 3 * width) < 1e-3, `${first}`);
  });

  it('give zeros for a row of zeros, and pass on rows that are not finite', async () => {
    const width = 32;
    await using layer = await layerOf(waves(4 * width, 0.7), { width });
    assert.deepEqual([...(await layer.run(new Float32Array(width)))].map(Math.abs), [0, 0, 0, 0]);
    const rows = (broken: (column: number) => number) =>
      Float32Array.from({ length: 2 * width }, (_, place) =>
        place < width ? broken(place) : Math.sin(place),
      );
    for (const broken of [() => Number.NaN, (column: number) => (column === 3 ? -Infinity : 1)]) {
      const found = await layer.run(rows(broken));
      assert.ok(
        found.subarray(0, 4).every((value) => !Number.isFinite(value)),
        `${found}`,
      );
      assert.ok(found.subarray(4).every(Number.isFinite), `${found}`);
    }
  });

  it('round rows once for all that read them', () => {
    const [a, b] = [linearLayer(32, 8), linearLayer(32, 16)];
    const x = input('x', 'float32', ['rows', 32]);
    const wide = (layer: typeof a | typeof b): { weight: Tensor; bias?: Tensor } => layer.parts;
    const outputs = {
      y: applyLinear(x, wide(a).weight, wide(a).bias),
      z: applyLinear(x, wide(b).weight, wide(b).bias),
    };
    const graph = nameParameters({ a, b }).place({ name: 'two', inputs: { x }, outputs });
    const { onnx } = compileGraph(graph, { precision: 'int8' });
    const count = (name: string) => onnx.nodes.filter(({ type }) => type === name).length;
    assert.deepEqual([count('QuantizeLinear'), count('MatMulIntegerToFloat')], [1, 2]);
  });

  it('are matrices [in, out] too, and in blocks where a row is too wide for sums of 32 bits or is said to be', () => {
    const [turned, wide] = [parameter([32, 8], normal(0.1)), parameter([70_000, 32], normal(0.1))];
    const x = input('x', 'float32', ['rows', 70_000]);
    const y = matmul(matmul(x, wide), turned);
    const graph = nameParameters({ turned, wide }).place({ name: 'both', inputs: { x }, outputs: { y } });
    const forms = (blockwise?: ReadonlySet<string>) => {
      const { onnx } = compileGraph(graph, { precision: 'int8', ...(blockwise && { blockwise }) });
      return onnx.parameters.map(({ name, parameter: { shape } }) => [name, shape]).sort();
    };
    assert.deepEqual(forms(), [
      ['turned.int8.scales', [8]],
      ['turned.int8.values', [32, 8]],
      ['wide.int8.scales', [32, 2188]],
      ['wide.int8.values', [32, 2188, 32]],
    ]);
    assert.deepEqual(forms(new Set(['turned'])).slice(0, 2), [
      ['turned.int8.scales', [8, 1]],
      ['turned.int8.values', [8, 1, 32]],
    ]);
  });
});
