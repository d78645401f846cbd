import assert from 'node:assert/strict';
import { compileGraph } from '../../../compiler/compile-graph.ts';
import { fuse } from '../../../compiler/fusion/fuse.ts';
import { readRule } from '../../../compiler/fusion/load-rules.ts';
import { targetOf } from '../../../compiler/target/target.ts';
import { add } from '../../../dsl/operators/add.ts';
import { constant } from '../../../dsl/operators/constant.ts';
import { layerNormalize } from '../../../dsl/operators/layer-normalize.ts';
import { relu } from '../../../dsl/operators/relu.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { input } from '../../support/run-graph.ts';

describe('fusion', () => {
  it('ends with all applied in a model of any depth, where each match hangs on the one before', () => {
    const depth = 130;
    const ones: Tensor = constant(Array<number>(8).fill(1));
    const x = input('x', 'float32', ['batch', 'text', 8]);
    let stream: Tensor = x;
    for (let layer = 0; layer < depth; layer++) {
      const normed: Tensor = layerNormalize(stream, ones, ones, 1e-5);
      stream = add(stream, relu(normed));
    }
    const graph = { name: 'deep', inputs: { x }, outputs: { y: stream } };
    const { report } = compileGraph(graph, { target: 'cuda' });
    assert.equal(report.fusions.get('skip-layer-norm'), depth - 1);
  });

  it('of rules that make the pattern of one another is refused by their names', () => {
    const rules = [
      readRule('# There.\nfuse relu(x) into sigmoid(x)', 'there.rule'),
      readRule('# And back.\nfuse sigmoid(x) into relu(x)', 'back.rule'),
    ];
    const x = input('x', 'float32', [2]);
    const graph = { name: 'turning', inputs: { x }, outputs: { y: relu(x) } };
    assert.throws(
      () => fuse(graph, { rules, target: targetOf('cpu') }),
      /fusion of graph 'turning' does not end: there/,
    );
  });
});
