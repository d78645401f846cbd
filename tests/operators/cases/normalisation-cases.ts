import { batchNormalize } from '../../../dsl/operators/batch-normalize.ts';
import { groupNormalize } from '../../../dsl/operators/group-normalize.ts';
import { layerNormalize } from '../../../dsl/operators/layer-normalize.ts';
import { rmsNormalize } from '../../../dsl/operators/rms-normalize.ts';
import { skipLayerNormalize } from '../../../dsl/operators/skip-layer-normalize.ts';
import { skipRmsNormalize } from '../../../dsl/operators/skip-rms-normalize.ts';
import { logSoftmax, softmax } from '../../../dsl/operators/softmax.ts';
import { Grid, type OperatorCase, sum, tabulate } from '../case.ts';

const DIM = 6;

function layerNormalized(x: Grid, weight: Grid, bias: Grid | undefined, epsilon: number): Grid {
  return tabulate(x.shape, (...index) => {
    const row = (place: number) => x.at(...index.slice(0, -1), place);
    const last = index.at(-1) ?? 0;
    const mean = sum(DIM, row) / DIM;
    const variance = sum(DIM, (place) => (row(place) - mean) ** 2) / DIM;
    return ((row(last) - mean) / Math.sqrt(variance + epsilon)) * weight.at(last) + (bias?.at(last) ?? 0);
  });
}

function rmsNormalized(x: Grid, weight: Grid, epsilon: number): Grid {
  return tabulate(x.shape, (...index) => {
    const row = (place: number) => x.at(...index.slice(0, -1), place);
    const last = index.at(-1) ?? 0;
    return (row(last) / Math.sqrt(sum(DIM, (place) => row(place) ** 2) / DIM + epsilon)) * weight.at(last);
  });
}

const plus = (a: Grid, b: Grid) =>
  new Grid(
    a.shape,
    a.data.map((value, place) => value + (b.data[place] ?? 0)),
  );

/** Each group of an example's channels, over all places. */
function groupNormalized(x: Grid, groups: number, epsilon: number): Grid {
  const [batch = 0, channels = 0, ...size] = x.shape;
  const places = size.reduce((product, each) => product * each, 1);
  const width = (channels / groups) * places;
  return new Grid(
    x.shape,
    x.data.map((value, index) => {
      const start = Math.floor(index / width) * width;
      const group = x.data.slice(start, start + width);
      const mean = sum(width, (place) => group[place] ?? 0) / width;
      const variance = sum(width, (place) => ((group[place] ?? 0) - mean) ** 2) / width;
      return batch === 0 ? 0 : (value - mean) / Math.sqrt(variance + epsilon);
    }),
  );
}

const vectors = { weight: { shape: [DIM] }, bias: { shape: [DIM] } };

export const normalisationCases: readonly OperatorCase[] = [
  {
    file: 'layer-normalize',
    name: 'with and without bias, with another epsilon',
    inputs: { x: { shape: [2, 'text', DIM] }, ...vectors },
    sizes: [{ text: 3 }, { text: 0 }],
    build: (x) => [
      layerNormalize(x('x'), x('weight'), x('bias')),
      layerNormalize(x('x'), x('weight')),
      layerNormalize(x('x'), x('weight'), x('bias'), 0.5),
    ],
    expected: (x) => [
      layerNormalized(x('x'), x('weight'), x('bias'), 1e-5),
      layerNormalized(x('x'), x('weight'), undefined, 1e-5),
      layerNormalized(x('x'), x('weight'), x('bias'), 0.5),
    ],
  },
  {
    file: 'rms-normalize',
    name: 'with two epsilons',
    inputs: { x: { shape: [2, 'text', DIM] }, weight: { shape: [DIM] } },
    sizes: [{ text: 3 }, { text: 1 }],
    build: (x) => [rmsNormalize(x('x'), x('weight')), rmsNormalize(x('x'), x('weight'), 0.5)],
    expected: (x) => [rmsNormalized(x('x'), x('weight'), 1e-6), rmsNormalized(x('x'), x('weight'), 0.5)],
  },
  ...[[], ['text'], [2, 'text'], [2, 1, 'text']].flatMap((leading): readonly OperatorCase[] => [
    {
      file: 'skip-layer-normalize',
      name: `of ${leading.length + 1} axes`,
      inputs: { x: { shape: [...leading, DIM] }, skip: { shape: [...leading, DIM] }, ...vectors },
      sizes: [{ text: 3 }],
      build: (x) => [
        ...skipLayerNormalize(x('x'), x('skip'), x('weight'), x('bias')),
        ...skipLayerNormalize(x('x'), x('skip'), x('weight'), undefined, 0.5),
      ],
      expected: (x) => {
        const total = plus(x('x'), x('skip'));
        return [
          layerNormalized(total, x('weight'), x('bias'), 1e-5),
          total,
          layerNormalized(total, x('weight'), undefined, 0.5),
          total,
        ];
      },
    },
    {
      file: 'skip-rms-normalize',
      name: `of ${leading.length + 1} axes`,
      inputs: {
        x: { shape: [...leading, DIM] },
        skip: { shape: [...leading, DIM] },
        weight: { shape: [DIM] },
      },
      sizes: [{ text: 3 }],
      build: (x) => skipRmsNormalize(x('x'), x('skip'), x('weight'), 0.25),
      expected: (x) => {
        const total = plus(x('x'), x('skip'));
        return [rmsNormalized(total, x('weight'), 0.25), total];
      },
    },
  ]),
  {
    file: 'group-normalize',
    name: 'of one, some and all groups, with and without weight and bias, over open sizes',
    inputs: { x: { shape: ['batch', DIM, 'height', 3] }, flat: { shape: ['batch', DIM] }, ...vectors },
    sizes: [
      { batch: 2, height: 2 },
      { batch: 1, height: 1 },
    ],
    build: (x) => [
      groupNormalize(x('x'), 1),
      groupNormalize(x('x'), 3, x('weight'), x('bias')),
      groupNormalize(x('x'), DIM, x('weight'), undefined, 0.5),
      groupNormalize(x('flat'), 2, undefined, x('bias')),
    ],
    expected: (x) => {
      const [weight, bias] = [x('weight'), x('bias')];
      const scaled = (grid: Grid, scale: (c: number) => number, shift: (c: number) => number) =>
        tabulate(grid.shape, (...index) => grid.at(...index) * scale(index[1] ?? 0) + shift(index[1] ?? 0));
      const one = () => 1;
      const zero = () => 0;
      return [
        groupNormalized(x('x'), 1, 1e-5),
        scaled(
          groupNormalized(x('x'), 3, 1e-5),
          (c) => weight.at(c),
          (c) => bias.at(c),
        ),
        scaled(groupNormalized(x('x'), DIM, 0.5), (c) => weight.at(c), zero),
        scaled(groupNormalized(x('flat'), 2, 1e-5), one, (c) => bias.at(c)),
      ];
    },
  },
  {
    file: 'group-normalize',
    name: 'of constants',
    inputs: { x: { shape: [2, DIM, 2] }, ...vectors },
    build: (x) => [groupNormalize(x('x'), 2), groupNormalize(x('x'), 3, x('weight'), x('bias'))],
    expected: (x) => {
      const thirds = groupNormalized(x('x'), 3, 1e-5);
      return [
        groupNormalized(x('x'), 2, 1e-5),
        tabulate([2, DIM, 2], (b, c, i) => thirds.at(b, c, i) * x('weight').at(c) + x('bias').at(c)),
      ];
    },
    folds: true,
  },
  {
    file: 'batch-normalize',
    name: 'with and without weight and bias, over open sizes',
    inputs: {
      x: { shape: ['batch', DIM, 'height', 3] },
      flat: { shape: ['batch', DIM] },
      mean: { shape: [DIM] },
      variance: { shape: [DIM], draw: (u) => u + 0.1 },
      ...vectors,
    },
    sizes: [
      { batch: 2, height: 2 },
      { batch: 0, height: 1 },
    ],
    build: (x) => [
      batchNormalize(x('x'), x('mean'), x('variance')),
      batchNormalize(x('x'), x('mean'), x('variance'), x('weight'), x('bias'), 0.5),
      batchNormalize(x('flat'), x('mean'), x('variance'), undefined, x('bias')),
    ],
    expected: (x) => {
      const normalised = (name: string, weighted: boolean, biased: boolean, epsilon: number) =>
        tabulate(x(name).shape, (...index) => {
          const c = index[1] ?? 0;
          const value = (x(name).at(...index) - x('mean').at(c)) / Math.sqrt(x('variance').at(c) + epsilon);
          return value * (weighted ? x('weight').at(c) : 1) + (biased ? x('bias').at(c) : 0);
        });
      return [
        normalised('x', false, false, 1e-5),
        normalised('x', true, true, 0.5),
        normalised('flat', false, true, 1e-5),
      ];
    },
    folds: true,
  },
  {
    file: 'softmax',
    name: 'along the last and the first axis, and its logarithm',
    inputs: { x: { shape: ['text', 4], draw: (u) => 200 * u - 100 } },
    sizes: [{ text: 3 }, { text: 1 }],
    build: (x) => [softmax(x('x')), softmax(x('x'), 0), logSoftmax(x('x'))],
    expected: (x, size) => {
      const { shape } = x('x');
      const largest = (values: readonly number[]) => Math.max(...values);
      const row = (i: number) => Array.from({ length: 4 }, (_, k) => x('x').at(i, k));
      const column = (j: number) => Array.from({ length: size('text') }, (_, k) => x('x').at(k, j));
      const total = (values: readonly number[]) =>
        sum(values.length, (k) => Math.exp((values[k] ?? 0) - largest(values)));
      const share = (value: number, among: readonly number[]) =>
        Math.exp(value - largest(among)) / total(among);
      return [
        tabulate(shape, (i, j) => share(x('x').at(i, j), row(i))),
        tabulate(shape, (i, j) => share(x('x').at(i, j), column(j))),
        tabulate(shape, (i, j) => x('x').at(i, j) - largest(row(i)) - Math.log(total(row(i)))),
      ];
    },
  },
];
