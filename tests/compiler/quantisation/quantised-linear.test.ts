import assert from 'node:assert/strict';
import { compileGraph } from '../../../compiler/compile-graph.ts';
import { encodeModel } from '../../../compiler/onnx/encode-model.ts';
import { BLOCK, BLOCK_FORMATS } from '../../../compiler/quantisation/block-format.ts';
import { quantiseRows } from '../../../compiler/quantisation/quantise-rows.ts';
import type { StoredParameter } from '../../../compiler/stored-parameter.ts';
import { fallbacksOf } from '../../../compiler/target/fallbacks.ts';
import { targetOf } from '../../../compiler/target/target.ts';
import { initialValues } from '../../../compiler/weights/store/initialise.ts';
import {
  embedding,
  inPrecision,
  linear,
  matmul,
  nameParameters,
  normal,
  parameter,
  type Tensor,
} from '../../../dsl/index.ts';
import { linear as applyLinear } from '../../../dsl/operators/linear.ts';
import type { QuantisedFormat } from '../../../dsl/precision.ts';
import * as onnxruntime from '../../../runtime/onnx-runtime.ts';
import { input } from '../../support/run-graph.ts';
import { dequantised } from './dequantised.ts';

const ROWS = 3;
const OUT = 12;

function valuesOf(parameter: StoredParameter): Uint8Array | Float32Array {
  const { quantised } = parameter;
  if (quantised === undefined) return initialValues(parameter, 1);
  const { weight, format, block, member } = quantised;
  return quantiseRows(BLOCK_FORMATS[format], initialValues(weight, 1), {
    width: weight.shape[1] ?? 1,
    block,
  })[member];
}

async function run(format: QuantisedFormat, fusion: boolean, x: Float32Array): Promise<readonly number[]> {
  const width = x.length / ROWS;
  const layer = linear(width, OUT);
  const wide: { weight: Tensor; bias?: Tensor } = layer.parts;
  const xs = input('x', 'float32', ['rows', width]);
  const graph = nameParameters({ layer }, format).place({
    name: 'one',
    inputs: { x: xs },
    outputs: { y: applyLinear(xs, wide.weight, wide.bias) },
  });
  const { onnx } = compileGraph(graph, { precision: format, fusion, blockwise: 'all' });
  assert.equal(
    onnx.nodes.some(({ type }) => type === 'MatMulNBits'),
    fusion,
  );
  const model = encodeModel(onnx, (parameter) => {
    const values = valuesOf(parameter);
    return { kind: 'inline', bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
  });
  const session = await onnxruntime.InferenceSession.create(model, { intraOpNumThreads: 1 });
  try {
    const { y } = await session.run({ x: new onnxruntime.Tensor('float32', x, [ROWS, width]) });
    return Array.from(y?.data as Float32Array);
  } finally {
    await session.release();
  }
}

function expected(format: QuantisedFormat, x: Float32Array): readonly number[] {
  const width = x.length / ROWS;
  const layer = linear(width, OUT);
  const { parameters } = nameParameters({ layer }, format);
  const weight = parameters.get(`${format}.layer.weight`);
  assert.ok(weight);
  const layout = { width, block: BLOCK };
  const rows = quantiseRows(BLOCK_FORMATS[format], initialValues(weight, 1), layout);
  const weights = dequantised(format, rows, layout);
  return Array.from({ length: ROWS * OUT }, (_, index) => {
    const [row, out] = [Math.floor(index / OUT), index % OUT];
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (x[row * width + k] ?? 0) * (weights[out * width + k] ?? 0);
    return sum;
  });
}

function farthest(left: readonly number[], right: readonly number[]): number {
  return Math.max(...left.map((value, index) => Math.abs(value - (right[index] ?? Number.NaN))));
}

describe('linear layers on weights quantised in blocks', () => {
  for (const format of ['int8', 'int4'] as const) {
    for (const width of [70, 192, 256]) {
      const x = Float32Array.from({ length: ROWS * width }, (_, index) => Math.sin(index * index));
      it(`compute with ${format} weights of width ${width} exactly where fusion is off`, async () => {
        assert.ok(farthest(await run(format, false, x), expected(format, x)) < 1e-5);
      });
      it(`stay near that in ONNX Runtime's kernel, which rounds x to 8 bits too: ${format}, ${width}`, async () => {
        const plain = await run(format, false, x);
        const largest = Math.max(...plain.map(Math.abs));
        assert.ok(farthest(await run(format, true, x), plain) < 0.02 * largest);
      });
    }
  }

  it('have scales and results in float16 on CUDA, by a kernel that it has', () => {
    const layer = linear(64, 8);
    const x = input('x', 'float32', ['rows', 64]);
    const { parts }: { parts: { weight: Tensor; bias?: Tensor } } = layer;
    const outputs = { y: applyLinear(x, parts.weight, parts.bias) };
    const graph = nameParameters({ layer }).place({ name: 'one', inputs: { x }, outputs });
    for (const precision of ['int8', 'int4'] as const) {
      const { onnx } = compileGraph(graph, { precision, target: 'cuda' });
      const dtypes = onnx.parameters.map(({ parameter: { name, dtype } }) => [name, dtype]);
      assert.deepEqual(dtypes, [
        [`layer.weight.${precision}.values`, 'uint8'],
        [`layer.weight.${precision}.scales`, 'float16'],
        ['layer.bias', 'float16'],
      ]);
      assert.deepEqual(fallbacksOf(onnx, targetOf('cuda')), []);
    }
  });

  it('are matrices [in, out] too, but for those that are read in both orientations', () => {
    const [turned, both] = [parameter([32, 8], normal(0.1)), parameter([32, 32], normal(0.1))];
    const x = input('x', 'float32', ['rows', 32]);
    const y = matmul(matmul(applyLinear(x, both), both), turned);
    const graph = nameParameters({ turned, both }).place({ name: 'turned', inputs: { x }, outputs: { y } });
    const { onnx } = compileGraph(graph, { precision: 'int8', blockwise: 'all' });
    assert.deepEqual(onnx.parameters.map(({ name, parameter: { shape } }) => [name, shape]).sort(), [
      ['both', [32, 32]],
      ['turned.int8.scales', [8, 1]],
      ['turned.int8.values', [8, 1, 32]],
    ]);
  });

  it('take the precision of their mark, else of the model; an embedding that is also the head is kept both ways', () => {
    const [marked, plain, kept] = [linear(32, 32), linear(32, 32), linear(32, 32)];
    const tokens = embedding(50, 32);
    const names = nameParameters({
      marked: inPrecision('int4', marked.parts),
      plain,
      kept: inPrecision('float32', kept),
      tokens,
    });
    const ids = input('ids', 'int64', ['text']) as Tensor<'int64', readonly ['text']>;
    const through = [marked, plain, kept].reduce<Tensor>((value, { parts }) => {
      const wide: { weight: Tensor; bias?: Tensor } = parts;
      return applyLinear(value, wide.weight, wide.bias);
    }, tokens(ids) as Tensor);
    const head: Tensor = tokens.parts.weight;
    const graph = { name: 'parts', inputs: { ids }, outputs: { y: applyLinear(through, head) } };
    for (const precision of ['int8', 'int4'] as const) {
      const { onnx } = compileGraph(names.place(graph), { precision });
      assert.deepEqual(onnx.parameters.map(({ name }) => name).sort(), [
        'kept.bias',
        'kept.weight',
        'marked.bias',
        'marked.weight.int4.scales',
        'marked.weight.int4.values',
        'plain.bias',
        `plain.weight.${precision}.scales`,
        `plain.weight.${precision}.values`,
        'tokens.weight',
        'tokens.weight.int8.scales',
        'tokens.weight.int8.values',
      ]);
    }
  });
});
