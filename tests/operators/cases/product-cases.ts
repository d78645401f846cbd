import { conv2d } from '../../../dsl/operators/conv2d.ts';
import { conv2dTransposed } from '../../../dsl/operators/conv2d-transposed.ts';
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
  ...[
    { stride: 2, padding: 0, dilation: 1, groups: 1 },
    { stride: 1, padding: 1, dilation: 2, groups: 2 },
  ].map(
    (geometry): OperatorCase => ({
      file: 'conv2d',
      name: Object.entries(geometry).join(' '),
      inputs: {
        x: { shape: ['batch', 4, 6, 8] },
        weight: { shape: [6, 4 / geometry.groups, 2, 2] },
        bias: { shape: [6] },
      },
      sizes: [{ batch: 2 }],
      build: (x) => [
        conv2d(x('x'), x('weight'), x('bias'), geometry),
        conv2d(x('x'), x('weight'), undefined, geometry),
      ],
      expected: (x, size) => {
        const { stride, padding, dilation, groups } = geometry;
        const places = (length: number) => Math.floor((length + 2 * padding - dilation - 1) / stride) + 1;
        const inner = 4 / groups;
        const pixel = (b: number, c: number, i: number, j: number) =>
          i < 0 || j < 0 || i >= 6 || j >= 8 ? 0 : x('x').at(b, c, i, j);
        const bare = tabulate([size('batch'), 6, places(6), places(8)], (b, o, i, j) =>
          sum(inner, (c) =>
            sum(2, (u) =>
              sum(2, (v) => {
                const channel = Math.floor(o / (6 / groups)) * inner + c;
                const place = [
                  i * stride - padding + u * dilation,
                  j * stride - padding + v * dilation,
                ] as const;
                return pixel(b, channel, ...place) * x('weight').at(o, c, u, v);
              }),
            ),
          ),
        );
        return [tabulate(bare.shape, (b, o, i, j) => bare.at(b, o, i, j) + x('bias').at(o)), bare];
      },
    }),
  ),
  ...[
    { stride: 1, padding: 0, dilation: 1, groups: 1, height: 5, width: 4, rows: 4, columns: 3 },
    { stride: 2, padding: 1, dilation: 2, groups: 2, height: 6, width: 5, rows: 3, columns: 3 },
    { stride: 3, padding: 1, dilation: 1, groups: 1, height: 6, width: 7, rows: 3, columns: 3 },
  ].map(
    ({ height, width, rows, columns, ...geometry }): OperatorCase => ({
      file: 'conv2d-transposed',
      name: Object.entries(geometry).join(' '),
      inputs: {
        y: { shape: ['batch', 6, rows, columns] },
        weight: { shape: [6, 4 / geometry.groups, 2, 2] },
      },
      sizes: [{ batch: 2 }],
      build: (x) => conv2dTransposed(x('y'), x('weight'), geometry, { height, width }),
      expected: (x, size) => {
        const { stride, padding, dilation, groups } = geometry;
        const inner = 4 / groups;
        // Every place of y adds itself to the places that it was computed from.
        return tabulate([size('batch'), 4, height, width], (b, c, i, j) =>
          sum(6 / groups, (o) => {
            const out = Math.floor(c / inner) * (6 / groups) + o;
            return sum(rows, (k) =>
              sum(columns, (l) =>
                sum(2, (u) =>
                  sum(2, (v) =>
                    k * stride - padding + u * dilation === i && l * stride - padding + v * dilation === j
                      ? x('y').at(b, out, k, l) * x('weight').at(out, c % inner, u, v)
                      : 0,
                  ),
                ),
              ),
            );
          }),
        );
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
