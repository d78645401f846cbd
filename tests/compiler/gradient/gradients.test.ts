import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gradients } from '../../../compiler/gradient/gradients.ts';
import { ModelError } from '../../../dsl/errors/model-error.ts';
import { operationsUnder } from '../../../dsl/graph.ts';
import { einsum, gather, nameParameters, parameter, reduce, repeat } from '../../../dsl/index.ts';
import { apply, defineOperator } from '../../../dsl/operator.ts';
import { add } from '../../../dsl/operators/add.ts';
import { attention } from '../../../dsl/operators/attention.ts';
import { cast } from '../../../dsl/operators/cast.ts';
import { greater } from '../../../dsl/operators/comparison.ts';
import { scalar } from '../../../dsl/operators/constant.ts';
import { divide } from '../../../dsl/operators/divide.ts';
import { linear } from '../../../dsl/operators/linear.ts';
import { matmul } from '../../../dsl/operators/matmul.ts';
import { multiply } from '../../../dsl/operators/multiply.ts';
import { square } from '../../../dsl/operators/power.ts';
import { reduceSum } from '../../../dsl/operators/reduce.ts';
import { relu } from '../../../dsl/operators/relu.ts';
import { split } from '../../../dsl/operators/split.ts';
import { stopGradient } from '../../../dsl/operators/stop-gradient.ts';
import { subtract } from '../../../dsl/operators/subtract.ts';
import { tanh } from '../../../dsl/operators/tanh.ts';
import { log, round, sqrt } from '../../../dsl/operators/unary.ts';
import { where } from '../../../dsl/operators/where.ts';
import type { Dim, Tensor } from '../../../dsl/tensor.ts';
import * as onnxruntime from '../../../runtime/onnx-runtime.ts';
import { drawValues } from '../../operators/build-case.ts';
import { assertGradients, backwardGraph } from '../../support/central-differences.ts';
import { input, runGraph, type Values } from '../../support/run-graph.ts';
import { withGraph } from '../../support/run-program.ts';

const one = scalar(1);
const float = (name: string, ...shape: readonly Dim[]) => input(name, 'float32', shape);
/** The gradients of the sum of all elements. */
const ofSum = (x: Tensor, of: readonly Tensor[]) => gradients([{ output: reduceSum(x), cotangent: one }], of);
const counts = (tensors: readonly Tensor[]) => {
  const found: Record<string, number> = {};
  for (const { operator } of operationsUnder(tensors)) found[operator.name] = (found[operator.name] ?? 0) + 1;
  return found;
};

describe('gradients', () => {
  it('are computed for nothing but what leads to what is trained', () => {
    const [first, trained, last] = [parameter([8, 8]), parameter([8, 8]), parameter([8, 8])];
    const x = float('x', 'batch', 8);
    const y = linear(relu(linear(relu(linear(x, first)), trained)), last);
    const forward = counts([y]);
    const both = counts(ofSum(y, [trained]));
    // One product back through the last layer, one for the trained weight, none for what lies before.
    assert.equal(forward.linear, 3);
    assert.equal(both.matmul, 2);
    // The result itself is not needed: its layer is only run backwards, from the sum's cotangent.
    assert.equal(both.linear, 2);
    assert.equal(counts(ofSum(y, [trained, first])).matmul, 4);
    assert.equal(counts(ofSum(y, [trained, first, last])).matmul, 5);
  });

  it('stop where an author says so, and go through what is rounded', async () => {
    const x = float('x', 4);
    const teacher = multiply(x, stopGradient(x));
    const rounded = add(x, stopGradient(subtract(round(multiply(x, 3)), x)));
    const [byTeacher] = ofSum(teacher, [x]);
    const [byRounded] = ofSum(multiply(rounded, 5), [x]);
    const [none] = ofSum(stopGradient(square(x)), [x]);
    assert.ok(byTeacher && byRounded && none);
    const data = [-1.5, 0, 0.25, 2];
    const results = await runGraph(
      { name: 'stopped', inputs: { x }, outputs: { byTeacher, byRounded, none, rounded } },
      { x: { dtype: 'float32', shape: [4], data } },
    );
    assert.deepEqual(results.byTeacher?.data.map(Number), data);
    assert.deepEqual(results.byRounded?.data.map(Number), [5, 5, 5, 5]);
    assert.deepEqual(results.none?.data.map(Number), [0, 0, 0, 0]);
    assert.deepEqual(results.rounded?.data.map(Number), [-4, 0, 1, 6]);
  });

  it('are zero for what the ends do not depend on, with known and open sizes', async () => {
    const [x, unused] = [float('x', 'n'), float('unused', 'n', 2)];
    const mask = cast(greater(unused, 0), 'float32');
    const y = multiply(reduceSum(mask, [1]), x);
    const [byX, byUnused] = ofSum(y, [x, unused]);
    assert.ok(byX !== undefined && byUnused !== undefined);
    const graph = { name: 'zero', inputs: { x, unused }, outputs: { byX, byUnused } };
    const results = await runGraph(graph, {
      x: { dtype: 'float32', shape: [2], data: [3, 4] },
      unused: { dtype: 'float32', shape: [2, 2], data: [1, 1, -1, 1] },
    });
    assert.deepEqual(results.byX?.data, [2, 1]);
    assert.deepEqual(results.byUnused, { dtype: 'float32', shape: [2, 2], data: [0, 0, 0, 0] });
  });

  it('name an operator that cannot be differentiated, and its line', () => {
    const mystery = defineOperator<Record<string, never>>({
      name: 'mystery',
      computesIn: 'half',
      movement: 'none',
      weight: 'none',
      infer: ([x]) => (x === undefined ? [] : [x]),
    });
    const x = float('x', 2);
    const y = apply(mystery, [x], {});
    assert.throws(
      () => ofSum(y, [x]),
      (error: unknown) =>
        error instanceof ModelError &&
        error.callSite?.file.endsWith('gradients.test.ts') === true &&
        /^operator 'mystery' has no gradient, but it stands between/.test(error.sentence),
    );
    // Beside the path it does not matter.
    assert.equal(ofSum(add(y, x), [float('other', 2)]).length, 1);
    const pretended = defineOperator<Record<string, never>>({
      ...mystery,
      gradient: 'through decomposition',
    });
    assert.throws(() => ofSum(apply(pretended, [x], {}), [x]), /through its decomposition, but it has none/);
  });

  it('refuse a cotangent of another shape than its output', () => {
    const x = float('x', 'batch', 3);
    assert.throws(
      () => gradients([{ output: x, cotangent: float('c', 'batch') }], [x]),
      /the cotangent of an output must have its dtype and shape, float32 \[batch, 3\], but it is float32 \[batch\]/,
    );
  });

  it('take an output that is asked for itself, and values on the way', async () => {
    const x = float('x', 2);
    const y = multiply(x, 3);
    const z = multiply(y, y);
    const [byZ, byY, byX] = ofSum(z, [z, y, x]);
    assert.ok(byZ !== undefined && byY !== undefined && byX !== undefined);
    const graph = { name: 'inner', inputs: { x }, outputs: { byZ, byY, byX } };
    const results = await runGraph(graph, { x: { dtype: 'float32', shape: [2], data: [1, 2] } });
    assert.deepEqual(
      [results.byZ?.data, results.byY?.data, results.byX?.data],
      [
        [1, 1],
        [6, 12],
        [18, 36],
      ],
    );
  });

  it('sum over every use of a shared tensor, several outputs and inputs given twice', async () => {
    const [x, weight] = [float('x', 'batch', 'text', 6), float('weight', 6, 6)];
    const hidden = tanh(linear(x, weight));
    const [left, right] = split(matmul(hidden, weight), [2, 4]);
    const self = attention(hidden, hidden, hidden, { heads: 2, causal: true }).result;
    assert.ok(left !== undefined && right !== undefined);
    const graph = {
      name: 'shared',
      inputs: { x, weight },
      // One half of the split is not used at all.
      outputs: { left: multiply(left, reduceSum(self, [-1], true)), self },
    };
    await assertGradients(graph, {
      x: drawValues('x', { shape: [2, 3, 6] }, {}),
      weight: drawValues('weight', { shape: [6, 6], draw: (u) => u - 0.5 }, {}),
    });
  });

  it('pass through patterns of named axes', async () => {
    const [x, y] = [float('x', 'b', 'i', 4), float('y', 'b', 'j', 4)];
    const graph = {
      name: 'patterns',
      inputs: { x, y },
      outputs: {
        product: einsum('b i d, b j d -> j b i', x, y),
        chained: einsum('b i d, b j d, b i e -> e d', x, y, x),
        largest: reduce(x, 'b i (h d) -> h b', 'max', { h: 2 }),
        mean: repeat(reduce(y, 'b j d -> d', 'mean'), 'd -> (d r) 1', { r: 2 }),
      },
    };
    await assertGradients(graph, {
      x: drawValues('x', { shape: [2, 3, 4] }, {}),
      y: drawValues('y', { shape: [2, 5, 4] }, {}),
    });
  });

  it('undo any broadcasting, of known and open sizes', async () => {
    const open: Readonly<Record<string, number>> = { a: 2, b: 3 };
    const shape = fc.array(fc.constantFrom<Dim>('a', 'b', 2, 4, 1), { maxLength: 4 });
    // An operand has all axes, or lacks some in front, and is 1 in some.
    const operand = fc.record({ from: fc.nat(4), single: fc.array(fc.boolean(), { maxLength: 4 }) });
    await fc.assert(
      fc.asyncProperty(shape, operand, operand, async (full, one, other) => {
        const shapeOf = ({ from, single }: typeof one) =>
          full.map((dim, axis) => (single[axis] === true ? 1 : dim)).slice(from);
        const [x, y] = [float('x', ...shapeOf(one)), float('y', ...shapeOf(other))];
        // Not a comparison of the two: where they meet, their choice has a kink.
        const mask = input('mask', 'bool', shapeOf(other));
        const values = ({ dtype, shape }: Tensor, name: string): Values => {
          const fixed = shape.map((dim) => (typeof dim === 'number' ? dim : (open[dim] ?? 0)));
          return drawValues(name, { dtype, shape: fixed }, {});
        };
        const graph = {
          name: 'broadcast',
          inputs: { x, y, mask },
          outputs: { sum: add(multiply(x, y), x), chosen: where(mask, y, x) },
        };
        const feeds = { x: values(x, 'first'), y: values(y, 'second'), mask: values(mask, 'third') };
        await assertGradients(graph, feeds);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the gradient of gather', () => {
  // Every row meets thousands of others: a kernel whose threads share sums would lose some.
  it('loses nothing where an index is repeated often, on several threads', async () => {
    const [count, width, rows] = [6000, 64, 3];
    const table = parameter([rows, width]);
    const indices = input('indices', 'int64', [count]);
    const [byTable] = ofSum(gather(table, indices), [table]);
    assert.ok(byTable !== undefined);
    const graph = { name: 'gather', inputs: { indices }, outputs: { byTable } };
    const weights = { ...nameParameters({ table }), checkpointNames: [] };
    await withGraph(graph, weights, [], { session: { intraOpNumThreads: 4 } }, async (run) => {
      const feeds = {
        indices: new onnxruntime.Tensor(
          'int64',
          BigInt64Array.from({ length: count }, (_, place) => BigInt(place % rows)),
          [count],
        ),
      };
      for (let time = 0; time < 20; time++) {
        const data = (await run(feeds)).byTable?.data;
        assert.ok(data instanceof Float32Array && data.every((value) => value === count / rows));
      }
    });
  });
});

describe('gradients where the slope is not finite', () => {
  const values = async (y: (x: Tensor) => Tensor, data: readonly number[]) => {
    const x = float('x', 'n');
    const results = await runGraph(backwardGraph({ name: 'guarded', inputs: { x }, outputs: { y: y(x) } }), {
      x: { dtype: 'float32', shape: [data.length], data },
      'cotangent.y': { dtype: 'float32', shape: [data.length], data: data.map(() => 1) },
    });
    // -0 is as good as 0.
    return results['gradient.x']?.data.map((value) => value + 0);
  };

  it('take nothing from a choice that was not made', async () => {
    const guarded = (inner: (x: Tensor) => Tensor) => (x: Tensor) => where(greater(x, 0), inner(x), 0);
    assert.deepEqual(
      await values(
        guarded((x) => divide(8, x)),
        [0, 2],
      ),
      [0, -2],
    );
    assert.deepEqual(await values(guarded(sqrt), [0, 4, -1]), [0, 0.25, 0]);
    assert.deepEqual(await values(guarded(log), [0, 4, -1]), [0, 0.25, 0]);
  });

  it('give a query without any allowed key exactly zero, and nothing to its neighbours', async () => {
    const tensors = { q: float('q', 1, 2, 4), k: float('k', 1, 3, 4), v: float('v', 1, 3, 4) };
    const mask = input('mask', 'bool', [1, 1, 2, 3]);
    const graph = (allowed: Tensor) => ({
      name: 'attention',
      inputs: { ...tensors, mask },
      outputs: { y: attention(tensors.q, tensors.k, tensors.v, { heads: 2, mask: allowed }).result },
    });
    const feeds = Object.fromEntries(
      Object.entries(tensors).map(([name, { shape }]) => [name, drawValues(name, { shape }, {})]),
    );
    const mixed: Values = { dtype: 'bool', shape: [1, 1, 2, 3], data: [0, 0, 0, 1, 0, 1] };
    const found = await assertGradients(graph(mask), { ...feeds, mask: mixed });
    assert.deepEqual(found.q?.data.slice(0, 4), [0, 0, 0, 0]);
    assert.deepEqual(found.k?.data.slice(4, 8), [0, 0, 0, 0]);
    assert.ok(Object.values(found).every(({ data }) => data.every(Number.isFinite)));
    const nothing = { dtype: 'bool', shape: [1, 1, 2, 3], data: [0, 0, 0, 0, 0, 0] } as const;
    for (const { data } of Object.values(await assertGradients(graph(mask), { ...feeds, mask: nothing })))
      assert.ok(data.every((value) => value === 0));
  });
});
