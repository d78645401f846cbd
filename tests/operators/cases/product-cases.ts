import { gatedAdd } from '../../../dsl/operators/gated-add.ts';
import { linear } from '../../../dsl/operators/linear.ts';
import { matmul } from '../../../dsl/operators/matmul.ts';
import { matmulTransposed } from '../../../dsl/operators/matmul-transposed.ts';
import { type OperatorCase, sum, tabulate } from '../case.ts';

export const productCases: readonly OperatorCase[] = [
  {
    file: 'matmul',
    name: 'with batch axes that broadcast',
    inputs: { a: { shape: [2, 1, 'text', 4] }, b: { shape: [3, 4, 5] } },
    sizes: [{ text: 3 }, { text: 0 }],
    build: (x) => matmul(x('a'), x('b')),
    expected: (x, size) =>
      tabulate([2, 3, size('text'), 5], (i, j, k, l) =>
        sum(4, (m) => x('a').at(i, 0, k, m) * x('b').at(j, m, l)),
      ),
  },
  {
    file: 'matmul-transposed',
    name: 'with batch axes and a scale',
    inputs: { a: { shape: [2, 'text', 4] }, b: { shape: [2, 5, 4] }, w: { shape: [5, 4] } },
    sizes: [{ text: 3 }, { text: 1 }],
    build: (x) => [matmulTransposed(x('a'), x('b'), 0.5), matmulTransposed(x('a'), x('w'))],
    expected: (x, size) => [
      tabulate(
        [2, size('text'), 5],
        (i, j, k) => 0.5 * sum(4, (m) => x('a').at(i, j, m) * x('b').at(i, k, m)),
      ),
      tabulate([2, size('text'), 5], (i, j, k) => sum(4, (m) => x('a').at(i, j, m) * x('w').at(k, m))),
    ],
  },
  ...[[], ['text'], ['batch', 'text'], ['batch', 2, 'text']].map(
    (leading): OperatorCase => ({
      file: 'linear',
      name: `of ${leading.length + 1} axes, with and without bias`,
      inputs: { x: { shape: [...leading, 4] }, weight: { shape: [5, 4] }, bias: { shape: [5] } },
      sizes: [
        { batch: 2, text: 3 },
        { batch: 1, text: 1 },
      ],
      build: (x) => [linear(x('x'), x('weight')), linear(x('x'), x('weight'), x('bias'))],
      expected: (x) => {
        const shape = x('x').shape.with(-1, 5);
        const product = tabulate(shape, (...index) =>
          sum(4, (m) => x('x').at(...index.slice(0, -1), m) * x('weight').at(index.at(-1) ?? 0, m)),
        );
        const biased = tabulate(shape, (...index) => product.at(...index) + x('bias').at(index.at(-1) ?? 0));
        return [product, biased];
      },
    }),
  ),
  ...[[], ['batch'], ['batch', 'text']].flatMap((leading) =>
    [[], [1]].map(
      (gate): OperatorCase => ({
        file: 'gated-add',
        name: `of ${leading.length + 1} axes, gate [${gate}]`,
        inputs: { x: { shape: [...leading, 4] }, y: { shape: [...leading, 4] }, gate: { shape: gate } },
        sizes: [{ batch: 2, text: 3 }],
        build: (x) => gatedAdd(x('x'), x('y'), x('gate')),
        expected: (x) =>
          tabulate(
            x('x').shape,
            (...index) => x('x').at(...index) + (x('gate').data[0] ?? 0) * x('y').at(...index),
          ),
      }),
    ),
  ),
];
