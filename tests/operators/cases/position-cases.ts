import { alibi } from '../../../dsl/operators/alibi.ts';
import { interpolateRows } from '../../../dsl/operators/interpolate-rows.ts';
import { rotary } from '../../../dsl/operators/rotary.ts';
import { Grid, type OperatorCase, tabulate } from '../case.ts';

const HEADS = 2;
const HEAD_DIM = 8;

/** Slopes as their authors list them. */
const SLOPES: Readonly<Record<number, readonly number[]>> = {
  1: [1 / 256],
  4: [1 / 4, 1 / 16, 1 / 64, 1 / 256],
  6: [1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 2, 1 / 8],
};

export const positionCases: readonly OperatorCase[] = [
  ...[8, 4, 2].flatMap((dim) =>
    [false, true].map(
      (interleaved): OperatorCase => ({
        file: 'rotary',
        name: `turning ${dim} of 8 features, interleaved ${interleaved}`,
        inputs: {
          x: { shape: ['batch', 'text', HEADS * HEAD_DIM] },
          positions: { shape: ['batch', 'text'], dtype: 'int64', draw: (u) => Math.floor(u * 40) },
        },
        sizes: [
          { batch: 2, text: 3 },
          { batch: 1, text: 1 },
        ],
        build: (x) => rotary(x('x'), x('positions'), { heads: HEADS, dim, interleaved, base: 100 }),
        expected: (x) =>
          tabulate(x('x').shape, (b, t, feature) => {
            const inHead = feature % HEAD_DIM;
            const start = feature - inHead;
            if (inHead >= dim) return x('x').at(b, t, feature);
            const pair = interleaved ? Math.floor(inHead / 2) : inHead % (dim / 2);
            const isFirst = interleaved ? inHead % 2 === 0 : inHead < dim / 2;
            const [one, two] = interleaved ? [2 * pair, 2 * pair + 1] : [pair, pair + dim / 2];
            const angle = x('positions').at(b, t) * 100 ** ((-2 * pair) / dim);
            const [left, right] = [x('x').at(b, t, start + one), x('x').at(b, t, start + two)];
            return isFirst
              ? left * Math.cos(angle) - right * Math.sin(angle)
              : right * Math.cos(angle) + left * Math.sin(angle);
          }),
      }),
    ),
  ),
  ...[1, 4, 6].map(
    (heads): OperatorCase => ({
      file: 'alibi',
      name: `for ${heads} heads`,
      inputs: {
        q: { shape: ['batch', 'text'], dtype: 'int64', draw: (u) => Math.floor(u * 9) + 9 },
        k: { shape: [1, 'keys'], dtype: 'int64', draw: (u) => Math.floor(u * 9) },
      },
      sizes: [{ batch: 2, text: 3, keys: 4 }],
      build: (x) => alibi(x('q'), x('k'), heads),
      expected: (x, size) =>
        tabulate([size('batch'), heads, size('text'), size('keys')], (b, h, i, j) => {
          return -(SLOPES[heads]?.[h] ?? Number.NaN) * (x('q').at(b, i) - x('k').at(0, j));
        }),
      folds: true,
    }),
  ),
  ...[1, 2, 4].map(
    (known): OperatorCase => ({
      file: 'interpolate-rows',
      name: `from ${known} rows`,
      inputs: { rows: { shape: [known, 3] }, frames: { shape: ['frames'] } },
      sizes: [{ frames: 1 }, { frames: 2 }, { frames: 4 }, { frames: 5 }, { frames: 30 }, { frames: 0 }],
      build: (x, dim) => interpolateRows(x('rows'), dim('frames')),
      expected: (x, size) => {
        const frames = size('frames');
        return tabulate([frames, 3], (i, j) => {
          const place = frames <= known ? i : (i * (known - 1)) / (frames - 1);
          const below = Math.floor(place);
          const above = Math.min(below + 1, known - 1);
          return x('rows').at(below, j) + (place - below) * (x('rows').at(above, j) - x('rows').at(below, j));
        });
      },
    }),
  ),
  {
    file: 'interpolate-rows',
    name: 'keeps the ends, and halves between two rows',
    inputs: { rows: { shape: [2, 1], values: [10, 20] }, frames: { shape: ['frames'] } },
    sizes: [{ frames: 3 }],
    build: (x, dim) => interpolateRows(x('rows'), dim('frames')),
    expected: () => new Grid([3, 1], [10, 15, 20]),
    folds: true,
  },
];
