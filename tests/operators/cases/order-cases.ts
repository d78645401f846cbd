import { argmax, argmin } from '../../../dsl/operators/argmax.ts';
import { oneHot } from '../../../dsl/operators/one-hot.ts';
import { sort } from '../../../dsl/operators/sort.ts';
import { topK } from '../../../dsl/operators/top-k.ts';
import { Grid, type OperatorCase, tabulate } from '../case.ts';

/** The first k places of a line in order, by selection: again and again the best of what is left, the first of equals. */
function places(line: readonly number[], k: number, largest: boolean): readonly number[] {
  const left = new Set(line.keys());
  return Array.from({ length: k }, () => {
    let best: number | undefined;
    for (const place of left) {
      const [value = 0, other = 0] = [line[place], line[best ?? place]];
      if (best === undefined || (largest ? value > other : value < other)) best = place;
    }
    left.delete(best ?? 0);
    return best ?? 0;
  });
}

/** Values and places of the first k along the middle axis of three. */
function ordered(x: Grid, k: number, largest: boolean): readonly [Grid, Grid] {
  const [a = 0, size = 0, b = 0] = x.shape;
  const line = (i: number, j: number) => Array.from({ length: size }, (_, place) => x.at(i, place, j));
  const indices = tabulate([a, k, b], (i, place, j) => places(line(i, j), k, largest)[place] ?? 0);
  return [tabulate(indices.shape, (i, place, j) => x.at(i, indices.at(i, place, j), j)), indices];
}

/** The same with the middle axis last. */
const middleLast = ({ shape: [a = 0, b = 0, c = 0], ...grid }: Grid) =>
  tabulate([a, c, b], (i, j, k) => new Grid([a, b, c], grid.data).at(i, k, j));

export const orderCases: readonly OperatorCase[] = [
  {
    file: 'top-k',
    name: 'largest and smallest, along inner and outer axes, with k open',
    inputs: { x: { shape: [2, 5, 'text'] }, some: { shape: ['some'] } },
    sizes: [
      { text: 3, some: 2 },
      { text: 1, some: 5 },
      { text: 0, some: 1 },
    ],
    build: (x, dim) => [
      ...topK(x('x'), 2, 1),
      ...topK(x('x'), 5, -2, { largest: false }),
      ...topK(x('x'), dim('some'), 1),
    ],
    expected: (x, size) => [
      ...ordered(x('x'), 2, true),
      ...ordered(x('x'), 5, false),
      ...ordered(x('x'), size('some'), true),
    ],
    folds: true,
  },
  {
    file: 'top-k',
    name: 'of equal whole numbers the first',
    inputs: { x: { shape: [3, 8, 1], dtype: 'int64', draw: (u) => Math.floor(u * 3) } },
    build: (x) => [...topK(x('x'), 6, 1), ...topK(x('x'), 6, 1, { largest: false })],
    expected: (x) => [...ordered(x('x'), 6, true), ...ordered(x('x'), 6, false)],
    folds: true,
  },
  {
    file: 'sort',
    name: 'stable in either direction, along known and open axes',
    inputs: {
      x: { shape: [2, 'text', 4] },
      equals: { shape: [2, 40, 1], dtype: 'int64', draw: (u) => Math.floor(u * 4) },
    },
    sizes: [{ text: 6 }, { text: 1 }, { text: 0 }],
    build: (x) => [
      ...sort(x('x'), 1),
      ...sort(x('equals'), 1, { descending: true }),
      ...sort(x('equals'), -2),
    ],
    expected: (x, size) => [
      ...ordered(x('x'), size('text'), false),
      ...ordered(x('equals'), 40, true),
      ...ordered(x('equals'), 40, false),
    ],
  },
  {
    file: 'argmax',
    name: 'and argmin, the first of equals, with the axis kept or not',
    inputs: {
      x: { shape: [2, 5, 'text'] },
      equals: { shape: [3, 8, 1], dtype: 'int64', draw: (u) => Math.floor(u * 3) },
    },
    sizes: [{ text: 3 }, { text: 1 }],
    build: (x) => [
      argmax(x('x'), 1, true),
      argmin(x('x'), -2, true),
      argmax(x('x')),
      argmax(x('equals'), 1, true),
      argmin(x('equals'), 1, true),
    ],
    expected: (x) => {
      const [, last] = ordered(middleLast(x('x')), 1, true);
      const first = (name: string, largest: boolean) => ordered(x(name), 1, largest)[1];
      return [
        first('x', true),
        first('x', false),
        new Grid([2, 5], last.data),
        first('equals', true),
        first('equals', false),
      ];
    },
    folds: true,
  },
  {
    file: 'one-hot',
    name: 'of known and open length, with indices outside',
    inputs: {
      i: { shape: [2, 'text'], dtype: 'int64', draw: (u) => Math.floor(u * 8) - 2 },
      classes: { shape: ['classes'] },
    },
    sizes: [
      { text: 4, classes: 5 },
      { text: 0, classes: 1 },
    ],
    build: (x, dim) => [oneHot(x('i'), 4), oneHot(x('i'), dim('classes'), 'int64')],
    expected: (x, size) =>
      [4, size('classes')].map((depth) =>
        tabulate([2, size('text'), depth], (i, j, place) => Number(x('i').at(i, j) === place)),
      ),
    folds: true,
  },
];
