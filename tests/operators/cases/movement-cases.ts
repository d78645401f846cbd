import { arange } from '../../../dsl/operators/arange.ts';
import { concat } from '../../../dsl/operators/concat.ts';
import { cumprod } from '../../../dsl/operators/cumprod.ts';
import { cumsum } from '../../../dsl/operators/cumsum.ts';
import { embedding } from '../../../dsl/operators/embedding.ts';
import { expand } from '../../../dsl/operators/expand.ts';
import { gather } from '../../../dsl/operators/gather.ts';
import { pad } from '../../../dsl/operators/pad.ts';
import { reduceMax, reduceMean, reduceMin, reduceSum } from '../../../dsl/operators/reduce.ts';
import { reshape } from '../../../dsl/operators/reshape.ts';
import { roll } from '../../../dsl/operators/roll.ts';
import { scatterAdd } from '../../../dsl/operators/scatter-add.ts';
import { sizeOf } from '../../../dsl/operators/size-of.ts';
import { slice } from '../../../dsl/operators/slice.ts';
import { chunk, split } from '../../../dsl/operators/split.ts';
import { takeAlongAxis } from '../../../dsl/operators/take-along-axis.ts';
import { transpose } from '../../../dsl/operators/transpose.ts';
import { tril, triu } from '../../../dsl/operators/tril.ts';
import { Grid, type OperatorCase, sum, tabulate } from '../case.ts';

export const movementCases: readonly OperatorCase[] = [
  {
    file: 'reshape',
    name: 'splitting, joining and crossing open axes',
    inputs: { x: { shape: ['batch', 'text', 6] } },
    sizes: [
      { batch: 2, text: 4 },
      { batch: 1, text: 1 },
      { batch: 2, text: 0 },
      { batch: 0, text: 3 },
    ],
    build: (x, dim) => [
      reshape(x('x'), [dim('batch'), dim('text'), 2, 3]),
      reshape(x('x'), [dim('batch*text'), 6]),
      reshape(x('x'), [6, dim('text'), dim('batch')]),
      reshape(x('x'), [dim('batch'), dim('6*text')]),
      reshape(reshape(x('x'), [dim('6*batch*text')]), [dim('batch'), 1, 6, dim('text')]),
    ],
    expected: (x, size) => {
      const [b, t, data] = [size('batch'), size('text'), x('x').data];
      return [
        [b, t, 2, 3],
        [b * t, 6],
        [6, t, b],
        [b, 6 * t],
        [b, 1, 6, t],
      ].map((shape) => new Grid(shape, data));
    },
    folds: true,
  },
  {
    file: 'reshape',
    name: 'with -1, to a scalar, and from one',
    inputs: { x: { shape: [2, 'text', 6] }, one: { shape: [1, 1] } },
    sizes: [{ text: 3 }],
    build: (x) => [reshape(x('x'), [-1, 4]), reshape(x('one'), []), reshape(reshape(x('one'), []), [1])],
    expected: (x, size) => [
      new Grid([3 * size('text'), 4], x('x').data),
      new Grid([], x('one').data),
      new Grid([1], x('one').data),
    ],
    folds: true,
  },
  {
    file: 'transpose',
    name: 'by a permutation, and the last two axes',
    inputs: { x: { shape: [2, 'text', 3] } },
    sizes: [{ text: 4 }, { text: 0 }],
    build: (x) => [transpose(x('x'), [2, 0, 1]), transpose(x('x'))],
    expected: (x, size) => [
      tabulate([3, 2, size('text')], (i, j, k) => x('x').at(j, k, i)),
      tabulate([2, 3, size('text')], (i, j, k) => x('x').at(i, k, j)),
    ],
    folds: true,
  },
  {
    file: 'expand',
    name: 'along axes of 1 and new ones',
    inputs: { x: { shape: [3, 1] }, t: { shape: ['text', 1] } },
    sizes: [{ text: 2 }],
    build: (x, dim) => [expand(x('x'), [2, 3, dim('text')]), expand(x('t'), [2, dim('text'), 4])],
    expected: (x, size) => [
      tabulate([2, 3, size('text')], (_i, j) => x('x').at(j, 0)),
      tabulate([2, size('text'), 4], (_i, j) => x('t').at(j, 0)),
    ],
    folds: true,
  },
  {
    file: 'concat',
    name: 'along open and inner axes',
    inputs: { a: { shape: [2, 'past', 3] }, b: { shape: [2, 'text', 3] } },
    sizes: [
      { past: 2, text: 3 },
      { past: 0, text: 1 },
    ],
    build: (x) => [concat([x('a'), x('b')], 1), concat([x('b'), x('b'), x('b')], -1)],
    expected: (x, size) => [
      tabulate([2, size('past') + size('text'), 3], (i, j, k) =>
        j < size('past') ? x('a').at(i, j, k) : x('b').at(i, j - size('past'), k),
      ),
      tabulate([2, size('text'), 9], (i, j, k) => x('b').at(i, j, k % 3)),
    ],
  },
  {
    file: 'concat',
    name: 'of constants along axis 0',
    inputs: { a: { shape: [2, 3], dtype: 'int64' }, b: { shape: [1, 3], dtype: 'int64' } },
    build: (x) => concat([x('a'), x('b')]),
    expected: (x) => new Grid([3, 3], [...x('a').data, ...x('b').data]),
    folds: true,
  },
  {
    file: 'split',
    name: 'in uneven, open and equal parts',
    inputs: { x: { shape: ['past+text', 6] }, past: { shape: ['past'] }, text: { shape: ['text'] } },
    sizes: [{ past: 2, text: 3 }],
    build: (x, dim) => [
      ...split(x('x'), [1, 3, 2]),
      ...split(x('x'), [dim('past'), dim('text')], 0),
      ...chunk(x('x'), 2),
    ],
    expected: (x, size) => {
      const { past, text } = { past: size('past'), text: size('text') };
      const part = (rows: number, columns: number, down: number, right: number) =>
        tabulate([rows, columns], (i, j) => x('x').at(i + down, j + right));
      const all = past + text;
      return [
        part(all, 1, 0, 0),
        part(all, 3, 0, 1),
        part(all, 2, 0, 4),
        part(past, 6, 0, 0),
        part(text, 6, past, 0),
        part(all, 3, 0, 0),
        part(all, 3, 0, 3),
      ];
    },
  },
  {
    file: 'slice',
    name: 'from both ends, with steps, and at open places',
    inputs: { x: { shape: [5, 'past+text'] }, past: { shape: ['past'] } },
    sizes: [
      { past: 2, text: 4 },
      { past: 0, text: 2 },
    ],
    build: (x, dim) => [
      slice(x('x'), 0, 1, 4),
      slice(x('x'), 0, -2),
      slice(x('x'), 0, 0, -1, 2),
      slice(x('x'), -1, dim('past')),
      slice(x('x'), 1, -1),
    ],
    expected: (x, size) => {
      const all = size('past') + size('text');
      return [
        tabulate([3, all], (i, j) => x('x').at(i + 1, j)),
        tabulate([2, all], (i, j) => x('x').at(i + 3, j)),
        tabulate([2, all], (i, j) => x('x').at(2 * i, j)),
        tabulate([5, size('text')], (i, j) => x('x').at(i, j + size('past'))),
        tabulate([5, 1], (i) => x('x').at(i, all - 1)),
      ];
    },
    folds: true,
  },
  {
    file: 'gather',
    name: 'along any axis',
    inputs: {
      x: { shape: [3, 4, 2] },
      i: { shape: [2, 'text'], dtype: 'int64', draw: (u) => Math.floor(u * 6) - 3 },
    },
    sizes: [{ text: 3 }, { text: 0 }],
    build: (x) => [gather(x('x'), x('i')), gather(x('x'), x('i'), 1), gather(x('x'), x('i'), -2)],
    expected: (x, size) => {
      const place = (i: number, j: number, count: number) => (x('i').at(i, j) + count) % count;
      const inner = tabulate([3, 2, size('text'), 2], (a, i, j, b) => x('x').at(a, place(i, j, 4), b));
      return [
        tabulate([2, size('text'), 4, 2], (i, j, a, b) => x('x').at(place(i, j, 3), a, b)),
        inner,
        inner,
      ];
    },
    folds: true,
  },
  {
    file: 'embedding',
    name: 'of tokens',
    inputs: {
      weight: { shape: [7, 3] },
      tokens: { shape: ['batch', 'text'], dtype: 'int64', draw: (u) => Math.floor(u * 7) },
    },
    sizes: [{ batch: 2, text: 5 }],
    build: (x) => embedding(x('weight'), x('tokens')),
    expected: (x, size) =>
      tabulate([size('batch'), size('text'), 3], (i, j, k) => x('weight').at(x('tokens').at(i, j), k)),
    folds: true,
  },
  {
    file: 'reduce',
    name: 'sums, means, largest and smallest',
    inputs: { x: { shape: [2, 'text', 3] } },
    sizes: [{ text: 4 }],
    build: (x) => [
      reduceSum(x('x'), [-1]),
      reduceMean(x('x'), [0, 2], true),
      reduceMax(x('x'), [1]),
      reduceMin(x('x'), [1], true),
      reduceSum(x('x')),
      reduceSum(x('x'), []),
    ],
    expected: (x, size) => {
      const text = size('text');
      const column = (i: number, k: number) => Array.from({ length: text }, (_, j) => x('x').at(i, j, k));
      return [
        tabulate([2, text], (i, j) => sum(3, (k) => x('x').at(i, j, k))),
        tabulate([1, text, 1], (_i, j) => sum(2, (i) => sum(3, (k) => x('x').at(i, j, k))) / 6),
        tabulate([2, 3], (i, k) => Math.max(...column(i, k))),
        tabulate([2, 1, 3], (i, _j, k) => Math.min(...column(i, k))),
        new Grid([], [x('x').data.reduce((total, value) => total + value, 0)]),
        x('x'),
      ];
    },
  },
  {
    file: 'cumsum',
    name: 'forwards, backwards and exclusive',
    inputs: { x: { shape: [2, 'text'], dtype: 'int64' } },
    sizes: [{ text: 5 }, { text: 1 }],
    build: (x) => [
      cumsum(x('x')),
      cumsum(x('x'), 1, { exclusive: true }),
      cumsum(x('x'), 1, { reverse: true }),
      cumsum(x('x'), 0),
    ],
    expected: (x, size) => {
      const text = size('text');
      return [
        tabulate([2, text], (i, j) => sum(j + 1, (k) => x('x').at(i, k))),
        tabulate([2, text], (i, j) => sum(j, (k) => x('x').at(i, k))),
        tabulate([2, text], (i, j) => sum(text - j, (k) => x('x').at(i, j + k))),
        tabulate([2, text], (i, j) => sum(i + 1, (k) => x('x').at(k, j))),
      ];
    },
  },
  {
    file: 'cumsum',
    name: 'of floats',
    inputs: { x: { shape: ['text', 3] } },
    sizes: [{ text: 4 }],
    build: (x) => [cumsum(x('x'), 0), cumsum(x('x'), 1, { exclusive: true, reverse: true })],
    expected: (x, size) => [
      tabulate([size('text'), 3], (i, j) => sum(i + 1, (k) => x('x').at(k, j))),
      tabulate([size('text'), 3], (i, j) => sum(2 - j, (k) => x('x').at(i, j + 1 + k))),
    ],
  },
  {
    file: 'cumprod',
    name: 'along known and open axes, of floats with a zero and of whole numbers',
    inputs: {
      x: { shape: ['text', 5], draw: (u) => (u < 0.1 ? 0 : 3 * u - 1.5) },
      i: { shape: [2, 'text'], dtype: 'int64', draw: (u) => Math.floor(u * 5) - 2 },
    },
    sizes: [{ text: 6 }, { text: 1 }, { text: 0 }],
    build: (x) => [cumprod(x('x')), cumprod(x('x'), 0), cumprod(x('i'), -1), cumprod(x('i'), 0)],
    expected: (x, size) => {
      const text = size('text');
      const product = (count: number, factor: (index: number) => number) =>
        Array.from({ length: count }, (_, index) => factor(index)).reduce((a, b) => a * b, 1);
      return [
        tabulate([text, 5], (i, j) => product(j + 1, (k) => x('x').at(i, k))),
        tabulate([text, 5], (i, j) => product(i + 1, (k) => x('x').at(k, j))),
        tabulate([2, text], (i, j) => product(j + 1, (k) => x('i').at(i, k))),
        tabulate([2, text], (i, j) => product(i + 1, (k) => x('i').at(k, j))),
      ];
    },
    folds: true,
  },
  {
    file: 'roll',
    name: 'by more and less than nothing and than the axis, along known and open axes',
    inputs: { x: { shape: [3, 'text', 4] } },
    sizes: [{ text: 5 }, { text: 1 }, { text: 0 }],
    build: (x) => [
      roll(x('x'), 1, 1),
      roll(x('x'), -8, -2),
      roll(x('x'), 12, 1),
      roll(x('x'), [-2, 3], [0, -1]),
      roll(x('x'), [7, 0, -9], [0, 1, 2]),
    ],
    expected: (x, size) => {
      const from = (place: number, shift: number, count: number) =>
        (((place - shift) % count) + count) % count;
      const rolled = (a: number, b: number, c: number) =>
        tabulate([3, size('text'), 4], (i, j, k) =>
          x('x').at(from(i, a, 3), from(j, b, size('text')), from(k, c, 4)),
        );
      return [rolled(0, 1, 0), rolled(0, -8, 0), rolled(0, 12, 0), rolled(-2, 0, 3), rolled(7, 0, -9)];
    },
    folds: true,
  },
  {
    file: 'tril',
    name: 'and triu, of floats and of booleans, with other diagonals',
    inputs: { x: { shape: [2, 'text', 4] }, b: { shape: [3, 'text'], dtype: 'bool' } },
    sizes: [{ text: 5 }, { text: 1 }, { text: 0 }],
    build: (x) => [tril(x('x')), triu(x('x'), 1), tril(x('b'), -1), triu(x('b'), -2)],
    expected: (x, size) => {
      const text = size('text');
      const matrix = (kept: (i: number, j: number) => boolean) =>
        tabulate([2, text, 4], (a, i, j) => (kept(i, j) ? x('x').at(a, i, j) : 0));
      const truth = (kept: (i: number, j: number) => boolean) =>
        tabulate([3, text], (i, j) => (kept(i, j) ? x('b').at(i, j) : 0));
      return [
        matrix((i, j) => j <= i),
        matrix((i, j) => j >= i + 1),
        truth((i, j) => j <= i - 1),
        truth((i, j) => j >= i - 2),
      ];
    },
    folds: true,
  },
  {
    file: 'arange',
    name: 'up to a known and an open size',
    inputs: { x: { shape: ['past', 'text'] } },
    sizes: [
      { past: 2, text: 3 },
      { past: 0, text: 1 },
    ],
    build: (_x, dim) => [arange(4), arange(dim('past+text')), arange(dim('past'))],
    expected: (_x, size) =>
      [4, size('past') + size('text'), size('past')].map((count) => tabulate([count], (index) => index)),
    folds: true,
  },
  {
    file: 'size-of',
    name: 'a known and an open size',
    inputs: { x: { shape: ['past', 'text'] } },
    sizes: [{ past: 2, text: 3 }],
    build: (_x, dim) => [sizeOf(4), sizeOf(dim('2*past*text')), sizeOf(dim('text'))],
    expected: (_x, size) =>
      [4, 2 * size('past') * size('text'), size('text')].map((count) => new Grid([], [count])),
    folds: true,
  },
  {
    file: 'pad',
    name: 'around known and open axes',
    inputs: { x: { shape: ['batch', 'text', 3] }, past: { shape: ['past'], dtype: 'int64' } },
    sizes: [
      { batch: 2, text: 3, past: 2 },
      { batch: 1, text: 0, past: 0 },
    ],
    build: (x, dim) => [
      pad(x('x'), [
        { axis: -1, before: 1, after: 2 },
        { axis: 1, before: dim('past') },
      ]),
      pad(x('x'), [{ axis: 0, after: 1 }]),
    ],
    expected: (x, size) => {
      const [b, t, past] = [size('batch'), size('text'), size('past')];
      return [
        tabulate([b, past + t, 6], (i, j, k) =>
          j < past || k < 1 || k > 3 ? 0 : x('x').at(i, j - past, k - 1),
        ),
        tabulate([b + 1, t, 3], (i, j, k) => (i < b ? x('x').at(i, j, k) : 0)),
      ];
    },
  },
  ...[{ row: [] }, { row: ['dim', 2] as const }].map(
    ({ row }): OperatorCase => ({
      file: 'scatter-add',
      name: `of rows [${row}], with repeated indices`,
      inputs: {
        updates: { shape: [3, 'text', ...row] },
        indices: { shape: [3, 'text'], dtype: 'int64', draw: (u) => Math.floor(u * 8) - 4 },
        places: { shape: ['places'], dtype: 'int64' },
      },
      sizes: [
        { text: 5, dim: 3, places: 4 },
        { text: 0, dim: 1, places: 4 },
      ],
      build: (x, dim) => scatterAdd(x('updates'), x('indices'), dim('places')),
      expected: (x, size) =>
        tabulate(
          [size('places'), ...row.map((dim) => (typeof dim === 'number' ? dim : size(dim)))],
          (place, ...rest) =>
            sum(3, (i) =>
              sum(size('text'), (j) => {
                const index = x('indices').at(i, j);
                const from = index < 0 ? index + size('places') : index;
                return from === place ? x('updates').at(i, j, ...rest) : 0;
              }),
            ),
        ),
    }),
  ),
  {
    file: 'take-along-axis',
    name: 'rows by indices of their own, the same places twice, from the end',
    inputs: {
      x: { shape: ['batch', 5, 'dim'] },
      rows: { shape: ['batch', 7, 1], dtype: 'int64', draw: (u) => Math.floor(u * 10) - 5 },
      each: { shape: ['batch', 2, 'dim'], dtype: 'int32', draw: (u) => Math.floor(u * 5) },
      shared: { shape: [1, 1, 3], dtype: 'int64', draw: () => 0 },
    },
    sizes: [
      { batch: 2, dim: 3 },
      { batch: 1, dim: 1 },
      { batch: 0, dim: 2 },
    ],
    build: (x) => [
      takeAlongAxis(x('x'), x('rows'), 1),
      takeAlongAxis(x('x'), x('each'), -2),
      takeAlongAxis(x('x'), x('shared')),
    ],
    expected: (x, size) => [
      tabulate([size('batch'), 7, size('dim')], (i, j, k) =>
        x('x').at(i, (x('rows').at(i, j, 0) + 5) % 5, k),
      ),
      tabulate([size('batch'), 2, size('dim')], (i, j, k) => x('x').at(i, x('each').at(i, j, k), k)),
      tabulate([size('batch'), 5, 3], (i, j) => x('x').at(i, j, 0)),
    ],
  },
];
