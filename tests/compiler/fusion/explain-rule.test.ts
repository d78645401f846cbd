import assert from 'node:assert/strict';
import { compileGraph, type GraphOptions } from '../../../compiler/compile-graph.ts';
import type { NearMiss, RuleExplanation } from '../../../compiler/fusion/explain-rule.ts';
import { add } from '../../../dsl/operators/add.ts';
import { divide } from '../../../dsl/operators/divide.ts';
import { matmul } from '../../../dsl/operators/matmul.ts';
import { multiply } from '../../../dsl/operators/multiply.ts';
import { power } from '../../../dsl/operators/power.ts';
import { reduceMean } from '../../../dsl/operators/reduce.ts';
import { sigmoid } from '../../../dsl/operators/sigmoid.ts';
import { softmax } from '../../../dsl/operators/softmax.ts';
import { subtract } from '../../../dsl/operators/subtract.ts';
import { transpose } from '../../../dsl/operators/transpose.ts';
import { sqrt } from '../../../dsl/operators/unary.ts';
import { where } from '../../../dsl/operators/where.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { input } from '../../support/run-graph.ts';

const x = input('x', 'float32', ['batch', 'text', 8]);
const weight = input('weight', 'float32', [8]);
const heads = (name: string) => input(name, 'float32', ['batch', 4, 'text', 16]);
const [q, k, v] = [heads('q'), heads('k'), heads('v')];

function explain(
  rule: string,
  inputs: readonly Tensor[],
  outputs: Readonly<Record<string, Tensor>>,
  options: GraphOptions = {},
): RuleExplanation {
  const named = inputs.map((tensor) => [tensor.source.kind === 'input' ? tensor.source.name : '', tensor]);
  const graph = { name: 'hand-written', inputs: Object.fromEntries(named), outputs };
  const { explanation } = compileGraph(graph, { ...options, explain: rule }).report;
  assert.ok(explanation !== undefined);
  return explanation;
}

function nearest(...given: Parameters<typeof explain>): NearMiss {
  const [miss] = explain(...given).nearest;
  assert.ok(miss !== undefined);
  return miss;
}

/** A layer norm by hand whose deviation is from the mean of another power of the differences. */
function norm(exponent: number): Tensor {
  const centre = subtract(x, reduceMean(x, [-1], true));
  const spread = reduceMean(power(centre, exponent), [-1], true);
  return multiply(divide(centre, sqrt(add(spread, 1e-5))), weight);
}

const scores = () => multiply(matmul(q, transpose(k)), 0.25);

describe('why a fusion rule did not apply', () => {
  it('is a constant that is not the one it asks for, at its operation and line', () => {
    const { found, expected, at, root, fitted, size, places } = nearest('layer-norm', [x, weight], {
      y: norm(3),
    });
    assert.deepEqual(expected, ['the constant 2']);
    assert.equal(found, '(3)');
    assert.equal(at.operator.name, 'power');
    assert.match(at.callSite?.file ?? '', /explain-rule\.test\.ts$/);
    assert.equal(root.operator.name, 'multiply');
    assert.ok(fitted >= 6 && fitted <= size);
    assert.equal(places, 1);
  });

  it('is an attribute of another value', () => {
    const { found, expected, at } = nearest('attention', [q, k, v], { y: matmul(softmax(scores(), 1), v) });
    assert.deepEqual(expected, ['axis = last']);
    assert.equal(found, 'axis = 1');
    assert.equal(at.operator.name, 'softmax');
  });

  it('is another operator than all that it knows there', () => {
    const { found, expected } = nearest('attention', [q, k, v], { y: matmul(softmax(sqrt(scores())), v) });
    assert.deepEqual([...expected].sort(), ["'add'", "'divide'", "'matmul'", "'multiply'", "'where'"]);
    assert.equal(found, "'sqrt'");
  });

  it('is a value that something else reads, or that the graph gives out', () => {
    const gate = sigmoid(x);
    const read = nearest('silu', [x], { y: multiply(x, gate), z: subtract(1, gate) });
    assert.deepEqual(read.expected, ["nothing else to read 'sigmoid'"]);
    assert.equal(read.found, "one that 'subtract' reads too");
    const given = nearest('silu', [x], { y: multiply(x, gate), gate });
    assert.equal(given.found, 'a value that the graph gives out');
  });

  it('is a shape or a condition that does not hold', () => {
    const long = input('weight', 'float32', [1, 8]);
    const centre = subtract(x, reduceMean(x, [-1], true));
    const spread = reduceMean(multiply(centre, centre), [-1], true);
    const y = multiply(divide(centre, sqrt(add(spread, 1e-5))), long);
    const shape = nearest('layer-norm', [x, long], { y });
    assert.deepEqual(shape.expected, ["'weight' to be [width], where width is 8"]);
    assert.equal(shape.found, "float32 [1, 8], input 'weight'");
    const mask = input('mask', 'bool', ['batch', 1, 'text', 'text']);
    const hidden = where(mask, scores(), -5);
    const condition = nearest('attention', [q, k, v, mask], { y: matmul(softmax(hidden), v) });
    assert.ok(condition.expected.includes('first(hidden, -Infinity) = -Infinity'));
    assert.match(condition.found, /^-5 and -/);
  });

  it('is that the target is not good at what the rule gives', () => {
    const { lacking, nearest: none } = explain('skip-layer-norm', [x, weight], { y: norm(3) });
    assert.deepEqual(lacking, ['skipLayerNormalization']);
    assert.deepEqual(none, []);
  });

  it('is counted once with the number of places that are the same', () => {
    const silu = explain('silu', [x], {
      y: multiply(sqrt(x), sigmoid(x)),
      z: multiply(sqrt(sqrt(x)), sigmoid(x)),
    });
    assert.deepEqual(
      silu.nearest.map(({ places }) => places),
      [2],
    );
  });

  it('is nothing where the rule applied everywhere', () => {
    assert.deepEqual(explain('silu', [x], { y: multiply(x, sigmoid(x)) }).nearest, []);
    assert.deepEqual(explain('layer-norm', [x, weight], { y: norm(2) }).nearest, []);
  });
});
