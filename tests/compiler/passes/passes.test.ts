import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { rewrite } from '../../../compiler/graph/rewrite.ts';
import { cancelReshapes } from '../../../compiler/passes/cancel-reshapes.ts';
import { constantsLast } from '../../../compiler/passes/constants-last.ts';
import { decompose } from '../../../compiler/passes/decompose.ts';
import { foldConstants } from '../../../compiler/passes/fold-constants.ts';
import { mergeDuplicates } from '../../../compiler/passes/merge-duplicates.ts';
import { pipeline } from '../../../compiler/passes/pipeline.ts';
import { targetOf } from '../../../compiler/target/target.ts';
import { ModelError } from '../../../dsl/errors/model-error.ts';
import { type Graph, operationsOf, operatorCounts, usersOf } from '../../../dsl/graph.ts';
import { apply, defineOperator } from '../../../dsl/operator.ts';
import { add } from '../../../dsl/operators/add.ts';
import { cast } from '../../../dsl/operators/cast.ts';
import { constant } from '../../../dsl/operators/constant.ts';
import { expand } from '../../../dsl/operators/expand.ts';
import { gelu } from '../../../dsl/operators/gelu.ts';
import { multiply } from '../../../dsl/operators/multiply.ts';
import { quickGelu } from '../../../dsl/operators/quick-gelu.ts';
import { relu } from '../../../dsl/operators/relu.ts';
import { reshape } from '../../../dsl/operators/reshape.ts';
import { squaredRelu } from '../../../dsl/operators/squared-relu.ts';
import { transpose } from '../../../dsl/operators/transpose.ts';
import { withinScope } from '../../../dsl/scope.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { input, runGraph } from '../../support/run-graph.ts';

const x = input('x', 'float32', [2, 3, 4]);

function graphOf(result: Tensor, inputs: Readonly<Record<string, Tensor>> = { x }): Graph {
  return { name: 'test', inputs, outputs: { result } };
}

function namesOf(graph: Graph): readonly string[] {
  return operationsOf(graph).map(({ operator }) => operator.name);
}

function operationOf({ source }: Tensor) {
  if (source.kind !== 'operation') assert.fail('no operation');
  return source.operation;
}

describe('graphs', () => {
  it('are walked inputs first, each operation once', () => {
    const shared = relu(x);
    const graph = graphOf(add(gelu(shared), shared));
    assert.deepEqual(namesOf(graph), ['relu', 'gelu', 'add']);
    assert.deepEqual(
      usersOf(graph)
        .get(shared)
        ?.map(({ operator }) => operator.name),
      ['gelu', 'add'],
    );
    assert.deepEqual([...operatorCounts(graphOf(relu(relu(x))))], [['relu', 2]]);
  });

  it('may be 50,000 operations deep, in every pass', () => {
    let deep = x;
    for (let depth = 0; depth < 50_000; depth++) deep = relu(deep);
    const graph = graphOf(deep);
    assert.equal(operationsOf(graph).length, 50_000);
    assert.equal(pipeline(graph, { target: targetOf('cpu'), fusion: true }).report.after.get('relu'), 50_000);
  });
});

describe('rewrite', () => {
  it('gives back the very tensors where nothing changes', () => {
    const graph = graphOf(add(relu(x), gelu(x)));
    assert.equal(rewrite(graph, () => undefined).outputs.result, graph.outputs.result);
  });

  it('keeps the line and the scope of what it rebuilds and of what it puts in', () => {
    const call = { block: relu, name: 'block' };
    const result = withinScope(call, () => gelu(relu(x)));
    const before = operationOf(result);
    const rewritten = rewrite(graphOf(result), ({ operator, inputs: [of] }) =>
      operator.name === 'relu' && of !== undefined ? [quickGelu(of)] : undefined,
    );
    const [inner, outer] = operationsOf(rewritten);
    assert.equal(inner?.operator.name, 'quickGelu');
    for (const after of [inner, outer]) {
      assert.deepEqual(after?.scope, [call]);
      assert.equal(after?.callSite?.file, before.callSite?.file);
      assert.equal(after?.callSite?.line, before.callSite?.line);
    }
  });
});

describe('folding constants', () => {
  it('computes what only constants reach', async () => {
    const two = constant([1, 2, 3, 4]);
    const graph = graphOf(add(x, multiply(two, 3)));
    const folded = foldConstants(graph);
    assert.deepEqual(namesOf(folded), ['add']);
    const feeds = {
      x: { dtype: 'float32', shape: [2, 3, 4], data: Array.from({ length: 24 }, (_, i) => i) },
    } as const;
    assert.deepEqual(await runGraph(folded, feeds), await runGraph(graph, feeds));
  });

  it('leaves results alone that would make the model file large', () => {
    const graph = graphOf(expand(constant([1]), [300, 300]), {});
    assert.deepEqual(namesOf(foldConstants(graph)), ['expand']);
  });
});

describe('merging duplicates', () => {
  it('computes equal operations once, with equal constants', () => {
    const graph = graphOf(add(multiply(relu(x), 2), multiply(relu(x), 2)));
    assert.deepEqual(namesOf(mergeDuplicates(graph)), ['relu', 'multiply', 'add']);
  });

  it('tells attributes, constants and inputs apart', () => {
    const y = input('y', 'float32', [2, 3, 4]);
    for (const [left, right] of [
      [transpose(x, [0, 2, 1]), reshape(transpose(x, [2, 1, 0]), [2, 4, 3])],
      [multiply(x, 2), multiply(x, 2.0000002)],
      [multiply(x, 0), multiply(x, -0)],
      [multiply(x, Number.POSITIVE_INFINITY), multiply(x, Number.NaN)],
      [relu(x), relu(y)],
    ] as const) {
      const graph = graphOf(add(left, right), { x, y });
      assert.equal(namesOf(mergeDuplicates(graph)).length, namesOf(graph).length);
    }
  });
});

describe('cancelling reshapes', () => {
  const cases: readonly (readonly [what: string, result: Tensor, left: readonly string[]])[] = [
    ['a reshape to the same shape', reshape(x, [2, 3, 4]), []],
    ['a reshape there and back', reshape(reshape(x, [6, 4]), [2, 3, 4]), []],
    ['reshapes in a row', reshape(reshape(x, [6, 4]), [24]), ['reshape']],
    ['a transpose that turns nothing', transpose(x, [0, 1, 2]), []],
    ['a transpose there and back', transpose(transpose(x, [1, 2, 0]), [2, 0, 1]), []],
    ['transposes in a row', transpose(transpose(x, [1, 2, 0]), [1, 0, 2]), ['transpose']],
    ['an expand to the same shape', expand(x, [2, 3, 4]), []],
    ['expands in a row', expand(expand(x, [5, 2, 3, 4]), [6, 5, 2, 3, 4]), ['expand']],
    ['a cast to a wider dtype and back', cast(cast(cast(x, 'float16'), 'float32'), 'float16'), ['cast']],
    ['a cast that loses digits', cast(cast(x, 'float16'), 'float32'), ['cast', 'cast']],
    ['a cast that loses the sign', cast(cast(x, 'uint8'), 'int64'), ['cast', 'cast']],
  ];
  for (const [what, result, left] of cases) {
    it(`of ${what} leaves ${left.length === 0 ? 'nothing' : left.join(', ')}`, () => {
      assert.deepEqual(namesOf(cancelReshapes(graphOf(result))), left);
    });
  }

  it('keeps open sizes apart', () => {
    const open = input('open', 'float32', ['a', 'b']);
    const graph = graphOf(reshape(open, ['b', 'a']), { open });
    assert.deepEqual(namesOf(cancelReshapes(graph)), ['reshape']);
  });

  it('keeps the values of any chain of movements', async () => {
    const permutations = fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 });
    const shapes = fc.constantFrom([2, 3, 4], [4, 6], [24], [3, 8], [2, 2, 6], [1, 24]);
    const steps = fc.array(
      fc.oneof(
        permutations.map((by) => ({ by })),
        shapes.map((to) => ({ to })),
      ),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (moves) => {
        let moved = x;
        for (const move of moves) {
          if ('to' in move) moved = reshape(moved, move.to);
          else if (moved.shape.length === 3) moved = transpose(moved, move.by);
        }
        const graph = graphOf(relu(moved));
        const cancelled = cancelReshapes(graph);
        assert.ok(operationsOf(cancelled).length <= operationsOf(graph).length);
        const feeds = {
          x: { dtype: 'float32', shape: [2, 3, 4], data: Array.from({ length: 24 }, (_, i) => i) },
        } as const;
        assert.deepEqual(await runGraph(cancelled, feeds), await runGraph(graph, feeds));
      }),
      { numRuns: 40 },
    );
  });
});

describe('decomposing', () => {
  it('replaces what has no lowering, and fused operators where fusion is off', () => {
    const graph = graphOf(squaredRelu(quickGelu(x)));
    assert.deepEqual(namesOf(decompose(graph, { fusion: true })), ['quickGelu', 'relu', 'multiply']);
    assert.deepEqual(namesOf(decompose(graph, { fusion: false })), [
      'multiply',
      'sigmoid',
      'multiply',
      'relu',
      'multiply',
    ]);
  });

  it('names an operator that has neither a lowering nor a definition', () => {
    const lone = defineOperator({
      name: 'lone',
      computesIn: 'half',
      movement: 'none',
      weight: 'none',
      infer: () => [{ dtype: 'float32', shape: [] }],
    });
    assert.throws(
      () => decompose(graphOf(apply(lone, [], {})), { fusion: true }),
      (error) =>
        error instanceof ModelError &&
        /'lone' has neither/.test(error.sentence) &&
        error.callSite !== undefined,
    );
  });
});

describe('putting constants last', () => {
  it('swaps the operands of commutative operators only', () => {
    const swapped = operationOf(constantsLast(graphOf(add(1, x))).outputs.result ?? x);
    assert.equal(swapped.inputs[0], x);
    const kept = graphOf(transpose(multiply(x, 2)));
    assert.equal(constantsLast(kept).outputs.result, kept.outputs.result);
  });
});

describe('the pipeline', () => {
  it('reports what every pass and rule did', () => {
    const graph = graphOf(multiply(x, add(multiply(relu(x), 0), 1)));
    const { report } = pipeline(graph, { target: targetOf('cpu'), fusion: true });
    assert.deepEqual([...report.before.keys()].sort(), ['add', 'multiply', 'relu']);
    assert.equal(report.passes[0]?.before, 4);
    assert.ok(report.fusions.has('attention'));
    assert.deepEqual(report.refusals, []);
    assert.equal(pipeline(graph, { target: targetOf('cpu'), fusion: false }).report.fusions.size, 0);
  });
});
