import assert from 'node:assert/strict';
import { cancelReshapes } from '../../compiler/passes/cancel-reshapes.ts';
import { mergeDuplicates } from '../../compiler/passes/merge-duplicates.ts';
import { operationsOf } from '../../dsl/graph.ts';
import { defineOperator } from '../../dsl/operator.ts';
import { OPERATORS } from '../../dsl/operator-registry.ts';
import { add } from '../../dsl/operators/add.ts';
import { cast } from '../../dsl/operators/cast.ts';
import { dropout } from '../../dsl/operators/dropout.ts';
import { expand } from '../../dsl/operators/expand.ts';
import { reshape } from '../../dsl/operators/reshape.ts';
import { stopGradient } from '../../dsl/operators/stop-gradient.ts';
import { transpose } from '../../dsl/operators/transpose.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { input } from '../support/run-graph.ts';

describe('what a pass must know of an operator', () => {
  it('is stated by every operator, or it does not type-check', () => {
    // @ts-expect-error it does not say what it computes in, whether it only moves, whether it is a linear map
    const lone = defineOperator({ name: 'lone', infer: () => [] });
    assert.equal(lone.name, 'lone');
    for (const { name, computesIn, movement, weight } of OPERATORS) {
      assert.ok(['half', 'float32', 'any dtype'].includes(computesIn), name);
      assert.ok(movement === 'none' || typeof movement === 'function', name);
      assert.ok(['none', '[out, in]', '[in, out]'].includes(weight), name);
    }
  });

  it('is that exactly what moves data or casts has a rule of movement, by which two of a kind become one', () => {
    const x: Tensor = input('x', 'float32', ['n', 1, 6]);
    const pairs: Readonly<Record<string, Tensor>> = {
      reshape: reshape(reshape(x, ['n', 6]), ['n', 2, 3]),
      expand: expand(expand(x, ['n', 4, 6]), ['n', 4, 6]),
      transpose: transpose(transpose(x, [1, 2, 0]), [0, 2, 1]),
      cast: cast(cast(cast(x, 'bool'), 'int64'), 'float32'),
      // In answers it is not there at all: what is left of two is what one is of.
      dropout: dropout(add(x, 1), 0.5),
      stopGradient: stopGradient(add(x, 1)),
    };
    const moving = OPERATORS.filter(({ movement }) => movement !== 'none').map(({ name }) => name);
    assert.deepEqual(moving.sort(), Object.keys(pairs).sort());
    for (const [name, pair] of Object.entries(pairs)) {
      const graph = { name: 'pair', inputs: { x }, outputs: { y: pair } };
      const count = (each: typeof graph) => operationsOf(each).length;
      const simpler = mergeDuplicates(cancelReshapes(graph));
      assert.equal(operationsOf(simpler).length, count(graph) - 1, name);
      assert.deepEqual(simpler.outputs.y?.shape, pair.shape, name);
      assert.equal(simpler.outputs.y?.dtype, pair.dtype, name);
    }
  });
});
