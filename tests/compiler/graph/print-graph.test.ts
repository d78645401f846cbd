import assert from 'node:assert/strict';
import { printGraph } from '../../../compiler/graph/print-graph.ts';
import { linear, nameParameters } from '../../../dsl/index.ts';
import { constant } from '../../../dsl/operators/constant.ts';
import { multiply } from '../../../dsl/operators/multiply.ts';
import { relu } from '../../../dsl/operators/relu.ts';
import { split } from '../../../dsl/operators/split.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { input } from '../../support/run-graph.ts';

describe('a graph as text', () => {
  it('has an operation on each line, with types, attributes, parameters, blocks and the author’s line', () => {
    const layer = linear(4, 6);
    const x = input('x', 'float32', ['batch', 4]) as Tensor<'float32', readonly ['batch', 4]>;
    const projected: Tensor = layer(x);
    const [first, second] = split(projected, [2, 4], 1);
    assert.ok(first !== undefined && second !== undefined);
    const table: Tensor = constant([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]);
    const graph = nameParameters({ layers: [layer] }).place({
      name: 'small',
      inputs: { x },
      outputs: { first: multiply(relu(first), 0.5), second, table },
    });
    const text = printGraph(graph).replaceAll(/print-graph\.test\.ts:\d+:\d+/g, 'test.ts:L');
    assert.equal(
      text.replaceAll('tests/compiler/graph/', ''),
      [
        'graph small(x: float32[batch, 4]) {',
        '  %0 = linear(x, @layers.0.weight, @layers.0.bias) : float32[batch, 6]  // layers.0, test.ts:L',
        '  %1, %1.1 = split(%0; sizes=[2, 4], axis=1) : float32[batch, 2], float32[batch, 4]  // test.ts:L',
        '  %2 = relu(%1) : float32[batch, 2]  // test.ts:L',
        '  %3 = multiply(%2, (0.5)) : float32[batch, 2]  // test.ts:L',
        '  return first = %3, second = %1.1, table = (float32[2, 4])',
        '}',
      ].join('\n'),
    );
  });
});
