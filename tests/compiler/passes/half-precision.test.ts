import assert from 'node:assert/strict';
import { halfPrecision } from '../../../compiler/passes/half-precision.ts';
import { pipeline } from '../../../compiler/passes/pipeline.ts';
import { storedParameter } from '../../../compiler/stored-parameter.ts';
import { targetOf } from '../../../compiler/target/target.ts';
import { type Graph, operationsOf, parametersOf } from '../../../dsl/graph.ts';
import { add } from '../../../dsl/operators/add.ts';
import { attention } from '../../../dsl/operators/attention.ts';
import { gelu } from '../../../dsl/operators/gelu.ts';
import { layerNormalize } from '../../../dsl/operators/layer-normalize.ts';
import { linear } from '../../../dsl/operators/linear.ts';
import { matmul } from '../../../dsl/operators/matmul.ts';
import { multiply } from '../../../dsl/operators/multiply.ts';
import { rotary } from '../../../dsl/operators/rotary.ts';
import { softmax } from '../../../dsl/operators/softmax.ts';
import { tanh } from '../../../dsl/operators/tanh.ts';
import { where } from '../../../dsl/operators/where.ts';
import type { Precision } from '../../../dsl/precision.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { input, runGraph, type Values } from '../../support/run-graph.ts';

/** float16 has 11 bits; a block of some ten operations on values near 1 stays within a hundredth of float32. */
const TOLERANCE = 0.01;

function parameter(name: string, shape: readonly number[], precision?: Precision): Tensor {
  const info = {
    name,
    dtype: 'float32',
    shape,
    initialiser: { kind: 'constant', value: 0 },
    trainable: true,
    ...(precision && { precision }),
  } as const;
  return { dtype: 'float32', shape, source: { kind: 'parameter', parameter: info } };
}

function dtypesOf(graph: Graph, operator: string): readonly string[] {
  return operationsOf(graph).flatMap(({ operator: { name }, outputs }) =>
    name === operator ? outputs.map(({ dtype }) => dtype) : [],
  );
}

const x = input('x', 'float32', [2, 4, 16]);

describe('half precision', () => {
  it('keeps the dtypes of inputs and outputs and stores parameters as halves', () => {
    const weight = parameter('weight', [8, 16]);
    const graph = { name: 'test', inputs: { x }, outputs: { result: linear(x, weight) } };
    const half = halfPrecision(graph);
    assert.equal(half.outputs.result?.dtype, 'float32');
    assert.deepEqual(dtypesOf(half, 'linear'), ['float16']);
    assert.deepEqual(
      parametersOf(half).map(({ dtype, source }) => [
        dtype,
        source.parameter.dtype,
        storedParameter(source.parameter).name,
      ]),
      [['float16', 'float16', 'weight']],
    );
  });

  it('leaves softmax and gates in float32, with the gate stored so', () => {
    const gate = parameter('gate', [1]);
    const scores = softmax(matmul(x, parameter('w', [16, 3])));
    const graph = { name: 'test', inputs: { x }, outputs: { result: multiply(scores, tanh(gate)) } };
    const half = halfPrecision(graph);
    assert.deepEqual(dtypesOf(half, 'softmax'), ['float32']);
    assert.deepEqual(dtypesOf(half, 'tanh'), ['float32']);
    assert.deepEqual(
      parametersOf(half).map(({ dtype, source }) => [storedParameter(source.parameter).name, dtype]),
      [
        ['w', 'float16'],
        ['gate', 'float32'],
      ],
    );
  });

  it('leaves what reads a parameter marked float32 as it is', () => {
    const [half, precise] = [parameter('half', [16, 16]), parameter('precise', [8, 16], 'float32')];
    const graph = { name: 'test', inputs: { x }, outputs: { result: linear(linear(x, half), precise) } };
    const converted = halfPrecision(graph);
    assert.deepEqual(dtypesOf(converted, 'linear'), ['float16', 'float32']);
    assert.deepEqual(
      parametersOf(converted).map(({ dtype, source }) => [storedParameter(source.parameter).name, dtype]),
      [
        ['half', 'float16'],
        ['precise', 'float32'],
      ],
    );
  });

  it('stores a parameter that both precisions read once', () => {
    const shared = parameter('shared', [16]);
    const graph = {
      name: 'test',
      inputs: { x },
      outputs: { result: multiply(add(x, shared), tanh(shared)) },
    };
    const half = halfPrecision(graph);
    assert.deepEqual(
      parametersOf(half).map(({ dtype }) => dtype),
      ['float16'],
    );
    assert.deepEqual(dtypesOf(half, 'tanh'), ['float32']);
  });

  it('computes the angles of positions in float32', () => {
    const positions = input('positions', 'int64', [2, 4]);
    const q = linear(x, parameter('w', [16, 16]));
    const graph = {
      name: 'test',
      inputs: { x, positions },
      outputs: { result: rotary(q, positions, { heads: 2 }) },
    };
    const half = halfPrecision(graph);
    assert.deepEqual(dtypesOf(half, 'cos'), ['float32']);
    assert.deepEqual(dtypesOf(half, 'multiply'), ['float32']);
    assert.deepEqual(dtypesOf(half, 'rotary'), ['float16']);
  });

  it('hides scores with the lowest half, not with -infinity', async () => {
    const mask = input('mask', 'bool', [16]);
    const result = softmax(where(mask, multiply(x, 2), -3.4e38));
    const graph = { name: 'test', inputs: { x, mask }, outputs: { result } };
    const feeds = {
      x: random([2, 4, 16]),
      mask: { dtype: 'bool', shape: [16], data: Array(16).fill(0) },
    } as const;
    const { result: values } = await runGraph(halfPrecision(graph), feeds);
    assert.equal(values?.data.length, 128);
    for (const value of values?.data ?? []) assert.ok(Math.abs(value - 1 / 16) < 1e-3, `${value}`);
  });

  for (const fusion of [true, false]) {
    it(`stays near float32 in a transformer block on the CPU provider, fusion ${fusion ? 'on' : 'off'}`, async () => {
      const names = ['normWeight', 'normBias', 'q', 'k', 'v', 'out', 'up', 'upBias', 'down', 'gate'] as const;
      const shapes = [[16], [16], [16, 16], [16, 16], [16, 16], [16, 16], [32, 16], [32], [16, 32], [1]];
      const weights = Object.fromEntries(
        names.map((name, index) => [name, input(name, 'float32', shapes[index] ?? [])]),
      );
      const of = (name: (typeof names)[number]) => weights[name] ?? x;
      const normed = layerNormalize(x, of('normWeight'), of('normBias'));
      const [q, k, v] = (['q', 'k', 'v'] as const).map((name) => linear(normed, of(name)));
      const attended = attention(q ?? x, k ?? x, v ?? x, { heads: 2, causal: true }).result;
      const residual = add(x, multiply(linear(attended, of('out')), tanh(of('gate'))));
      const inner = gelu(
        linear(layerNormalize(residual, of('normWeight'), of('normBias')), of('up'), of('upBias')),
      );
      const graph = {
        name: 'block',
        inputs: { x, ...weights },
        outputs: { result: add(residual, linear(inner, of('down'))) },
      };
      const feeds = Object.fromEntries(
        Object.entries(graph.inputs).map(([name, { shape }], index) => [
          name,
          random(shape.map(Number), index + 1),
        ]),
      );
      const run = (precision: 'float32' | 'float16') =>
        runGraph(pipeline(graph, { target: targetOf('cuda'), fusion, precision }).graph, feeds, {
          fusion,
          target: 'cuda',
        });
      const { result: expected } = await run('float32');
      const { result: actual } = await run('float16');
      assert.equal(actual?.dtype, 'float32');
      let largest = 0;
      for (const [index, value] of (expected?.data ?? []).entries()) {
        const difference = Math.abs((actual?.data[index] ?? Number.NaN) - value);
        assert.ok(
          difference <= TOLERANCE * Math.max(1, Math.abs(value)),
          `[${index}]: ${actual?.data[index]} for ${value}`,
        );
        largest = Math.max(largest, difference);
      }
      assert.ok(largest > 1e-6, 'nothing was computed in half precision');
    });
  }
});

function random(shape: readonly number[], seed = 1): Values {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: count }, (_, index) => Math.sin((index + 1) * 12.9898 * seed) * 0.5);
  return { dtype: 'float32', shape, data };
}
