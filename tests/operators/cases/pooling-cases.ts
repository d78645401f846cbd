import { avgPool1d, avgPool2d, avgPool3d } from '../../../dsl/operators/avg-pool.ts';
import { maxPool1d, maxPool2d, maxPool3d } from '../../../dsl/operators/max-pool.ts';
import { type Grid, type OperatorCase, tabulate } from '../case.ts';

/** What a window sees along one axis: places within x, and how many more are padding that counts. */
interface Seen {
  readonly within: readonly number[];
  readonly padded: number;
}

interface Windows {
  readonly stride?: number;
  readonly before?: number;
  /** Default: as before. */
  readonly after?: number;
  readonly dilation?: number;
  readonly ceil?: boolean;
}

/** The windows along one axis, as PyTorch's documentation of `MaxPool1d` and `AvgPool1d` counts them. */
function windows(
  size: number,
  kernel: number,
  { stride = kernel, before = 0, after = before, dilation = 1, ceil = false }: Windows,
): readonly Seen[] {
  const span = size + before + after - dilation * (kernel - 1) - 1;
  const count = (ceil ? Math.ceil(span / stride) : Math.floor(span / stride)) + 1;
  return Array.from({ length: count }, (_, place) => place * stride)
    .filter((start) => !ceil || start < size + before)
    .map((start) => {
      const places = Array.from({ length: kernel }, (_, step) => start - before + step * dilation);
      return {
        within: places.filter((at) => at >= 0 && at < size),
        padded: places.filter((at) => (at < 0 && at >= -before) || (at >= size && at < size + after)).length,
      };
    });
}

function pooled(
  x: Grid,
  axes: readonly (readonly Seen[])[],
  join: (values: readonly number[], counted: number) => number,
): Grid {
  const [batch = 0, channels = 0] = x.shape;
  return tabulate([batch, channels, ...axes.map((axis) => axis.length)], (b = 0, c = 0, ...place) => {
    const seen = axes.map((axis, index) => axis[place[index] ?? 0] ?? { within: [], padded: 0 });
    const indices = seen.reduce<readonly (readonly number[])[]>(
      (all, { within }) => all.flatMap((index) => within.map((at) => [...index, at])),
      [[]],
    );
    const counted = seen.reduce((product, { within, padded }) => product * (within.length + padded), 1);
    return join(
      indices.map((index) => x.at(b, c, ...index)),
      counted,
    );
  });
}

const largest = (values: readonly number[]) => Math.max(...values);
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const meanOfAll = (values: readonly number[], counted: number) => total(values) / counted;
const meanWithin = (values: readonly number[]) => total(values) / values.length;

export const poolingCases: readonly OperatorCase[] = [
  {
    file: 'max-pool',
    name: 'over one, two and three axes, padded on one side and on both, with the last window kept',
    inputs: {
      line: { shape: ['batch', 2, 9] },
      plane: { shape: ['batch', 2, 5, 6] },
      space: { shape: ['batch', 2, 3, 4, 5] },
    },
    sizes: [{ batch: 2 }],
    build: (x) => [
      maxPool1d(x('line'), 2),
      maxPool1d(x('line'), 3, { stride: 2, padding: [[0, 1]], dilation: 2 }),
      maxPool1d(x('line'), 2, { ceil: true }),
      maxPool2d(x('plane'), 3, { stride: 2, padding: 1 }),
      maxPool2d(x('plane'), [2, 3], { stride: [2, 4], padding: [1, 0], ceil: true }),
      maxPool3d(x('space'), 2),
      maxPool3d(x('space'), [1, 2, 3], { stride: 2, padding: [0, [1, 0], 1] }),
    ],
    expected: (x) => [
      pooled(x('line'), [windows(9, 2, {})], largest),
      pooled(x('line'), [windows(9, 3, { stride: 2, after: 1, dilation: 2 })], largest),
      pooled(x('line'), [windows(9, 2, { ceil: true })], largest),
      pooled(
        x('plane'),
        [5, 6].map((size) => windows(size, 3, { stride: 2, before: 1 })),
        largest,
      ),
      pooled(
        x('plane'),
        [windows(5, 2, { stride: 2, before: 1, ceil: true }), windows(6, 3, { stride: 4, ceil: true })],
        largest,
      ),
      pooled(
        x('space'),
        [3, 4, 5].map((size) => windows(size, 2, {})),
        largest,
      ),
      pooled(
        x('space'),
        [
          windows(3, 1, { stride: 2 }),
          windows(4, 2, { stride: 2, before: 1, after: 0 }),
          windows(5, 3, { stride: 2, before: 1 }),
        ],
        largest,
      ),
    ],
    folds: true,
  },
  {
    file: 'avg-pool',
    name: 'over one, two and three axes, with and without what is padded',
    inputs: {
      line: { shape: ['batch', 2, 9] },
      plane: { shape: ['batch', 2, 5, 6] },
      space: { shape: ['batch', 2, 3, 4, 5] },
    },
    sizes: [{ batch: 2 }],
    build: (x) => [
      avgPool1d(x('line'), 2),
      avgPool1d(x('line'), 4, { stride: 2, padding: [[0, 2]] }),
      avgPool1d(x('line'), 4, { stride: 2, padding: [[0, 2]], countIncludePad: false }),
      avgPool1d(x('line'), 4, { stride: 3, padding: 1, ceil: true }),
      avgPool2d(x('plane'), 3, { stride: 2, padding: 1 }),
      avgPool2d(x('plane'), 3, { stride: 2, padding: 1, countIncludePad: false }),
      avgPool2d(x('plane'), [2, 3], { stride: [2, 4], ceil: true }),
      avgPool3d(x('space'), [2, 1, 3], { padding: [1, 0, 1], stride: 1 }),
    ],
    expected: (x) => [
      pooled(x('line'), [windows(9, 2, {})], meanOfAll),
      pooled(x('line'), [windows(9, 4, { stride: 2, after: 2 })], meanOfAll),
      pooled(x('line'), [windows(9, 4, { stride: 2, after: 2 })], meanWithin),
      pooled(x('line'), [windows(9, 4, { stride: 3, before: 1, ceil: true })], meanOfAll),
      ...[meanOfAll, meanWithin].map((mean) =>
        pooled(
          x('plane'),
          [5, 6].map((size) => windows(size, 3, { stride: 2, before: 1 })),
          mean,
        ),
      ),
      pooled(
        x('plane'),
        [windows(5, 2, { ceil: true }), windows(6, 3, { stride: 4, ceil: true })],
        meanOfAll,
      ),
      pooled(
        x('space'),
        [windows(3, 2, { stride: 1, before: 1 }), windows(4, 1, {}), windows(5, 3, { stride: 1, before: 1 })],
        meanOfAll,
      ),
    ],
    folds: true,
  },
];
