import { alibi } from '../../../dsl/operators/alibi.ts';
import { interpolateRows } from '../../../dsl/operators/interpolate-rows.ts';
import { type RotaryScaling, rotary } from '../../../dsl/operators/rotary.ts';
import { rotary2d } from '../../../dsl/operators/rotary-2d.ts';
import { shiftedWindowMask } from '../../../dsl/operators/shifted-window-mask.ts';
import { slidingWindowMask } from '../../../dsl/operators/sliding-window-mask.ts';
import { Grid, type OperatorCase, tabulate } from '../case.ts';

const HEADS = 2;
const HEAD_DIM = 8;

/** Slopes as their authors list them. */
const SLOPES: Readonly<Record<number, readonly number[]>> = {
  1: [1 / 256],
  4: [1 / 4, 1 / 16, 1 / 64, 1 / 256],
  6: [1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 2, 1 / 8],
};

/** The scaled angle of one step for a pair that turns by `frequency`, as the scalings' papers have it, and the factor of what turns. */
const SCALINGS: readonly [RotaryScaling, (frequency: number) => number, magnitude?: number][] = [
  [{ kind: 'linear', factor: 4 }, (frequency) => frequency / 4],
  [
    { kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 40 },
    (frequency) => {
      const wavelength = (2 * Math.PI) / frequency;
      if (wavelength < 40 / 4) return frequency;
      if (wavelength > 40) return frequency / 8;
      const smooth = (40 / wavelength - 1) / 3;
      return smooth * frequency + ((1 - smooth) * frequency) / 8;
    },
  ],
  [
    { kind: 'yarn', factor: 4, originalContext: 20, fastTurns: 2, slowTurns: 0.2 },
    // The pairs that turn 2 and 0.2 times over 20 tokens are 0.40 and 2.4: whole ones between 0 and 3 are mixed.
    (frequency) => {
      const pair = (-4 * Math.log(frequency)) / Math.log(100);
      return frequency * (1 - pair / 3) + (frequency / 4) * (pair / 3);
    },
    0.1 * Math.log(4) + 1,
  ],
  [
    {
      kind: 'yarn',
      factor: 4,
      originalContext: 20,
      fastTurns: 2,
      slowTurns: 0.2,
      wholePairs: false,
      magnitude: 1,
    },
    (frequency) => {
      const pairOf = (turns: number) => (8 * Math.log(20 / (turns * 2 * Math.PI))) / (2 * Math.log(100));
      const pair = (-4 * Math.log(frequency)) / Math.log(100);
      const stretched = Math.min(1, Math.max(0, (pair - pairOf(2)) / (pairOf(0.2) - pairOf(2))));
      return frequency * (1 - stretched) + (frequency / 4) * stretched;
    },
  ],
  [
    { kind: 'longrope', factors: [1, 2, 4, 8], magnitude: 1.25 },
    (frequency) => frequency / 2 ** Math.round((-4 * Math.log(frequency)) / Math.log(100)),
    1.25,
  ],
];

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
  ...SCALINGS.map(
    ([scaling, scaled, magnitude = 1], index): OperatorCase => ({
      file: 'rotary',
      name: `with ${scaling.kind} scaling, ${index}`,
      inputs: {
        x: { shape: [2, 'text', HEADS * HEAD_DIM] },
        positions: { shape: [2, 'text'], dtype: 'int64', draw: (u) => Math.floor(u * 40) },
      },
      sizes: [{ text: 3 }],
      build: (x) => rotary(x('x'), x('positions'), { heads: HEADS, base: 100, scaling }),
      expected: (x) =>
        tabulate(x('x').shape, (b, t, feature) => {
          const half = HEAD_DIM / 2;
          const [pair, isFirst] = [feature % half, feature % HEAD_DIM < half];
          const angle = x('positions').at(b, t) * scaled(100 ** (-pair / half));
          const other = x('x').at(b, t, isFirst ? feature + half : feature - half);
          const turned = x('x').at(b, t, feature) * Math.cos(angle);
          return magnitude * (turned + (isFirst ? -other : other) * Math.sin(angle));
        }),
    }),
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
  ...(['index', 'centred'] as const).flatMap((coordinates) =>
    [false, true].map(
      (interleaved): OperatorCase => ({
        file: 'rotary-2d',
        name: `${coordinates} of a grid of 2 x 3 after 1 token, interleaved ${interleaved}`,
        inputs: { x: { shape: ['batch', 7, HEADS * HEAD_DIM] } },
        sizes: [{ batch: 1 }, { batch: 2 }],
        build: (x) =>
          rotary2d(x('x'), {
            ...{ heads: HEADS, rows: 2, columns: 3, prefix: 1, base: 100, coordinates, interleaved },
          }),
        expected: (x) =>
          tabulate(x('x').shape, (b, token, feature) => {
            if (token === 0) return x('x').at(b, 0, feature);
            // As complex numbers: pairs 0 and 1 of a head turn by the row, pairs 2 and 3 by the column.
            const inHead = feature % HEAD_DIM;
            const pair = interleaved ? inHead >> 1 : inHead % 4;
            const isReal = interleaved ? inHead % 2 === 0 : inHead < 4;
            const place = pair < 2 ? Math.floor((token - 1) / 3) : (token - 1) % 3;
            const places = pair < 2 ? 2 : 3;
            const coordinate =
              coordinates === 'index' ? place : 2 * Math.PI * (-1 + (2 * place + 1) / places);
            const angle = coordinate * (pair % 2 === 0 ? 1 : 0.1);
            const step = interleaved ? 1 : 4;
            const other = x('x').at(b, token, isReal ? feature + step : feature - step);
            return (
              x('x').at(b, token, feature) * Math.cos(angle) + (isReal ? -other : other) * Math.sin(angle)
            );
          }),
      }),
    ),
  ),
  ...[1, 3].map(
    (window): OperatorCase => ({
      file: 'sliding-window-mask',
      name: `${window} wide`,
      inputs: {
        q: { shape: ['batch', 'text'], dtype: 'int64', draw: (u) => Math.floor(u * 9) },
        k: { shape: [1, 'keys'], dtype: 'int64', draw: (u) => Math.floor(u * 9) },
      },
      sizes: [{ batch: 2, text: 3, keys: 4 }],
      build: (x) => slidingWindowMask(x('q'), x('k'), window),
      expected: (x, size) =>
        tabulate([size('batch'), 1, size('text'), size('keys')], (b, _head, i, j) => {
          const seen = Array.from({ length: window }, (_, back) => x('q').at(b, i) - back);
          return Number(seen.includes(x('k').at(0, j)));
        }),
    }),
  ),
  {
    file: 'shifted-window-mask',
    name: 'a grid of 2 x 4 in windows of 2, rolled by 1',
    inputs: {},
    build: () => shiftedWindowMask({ rows: 2, columns: 4, window: 2, shift: 1 }),
    // The first window has places of the upper and of the lower half, the second the four corners.
    expected: () => {
      const rowsApart = [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1];
      const allApart = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
      return new Grid([2, 1, 4, 4], [...rowsApart, ...allApart]);
    },
    folds: true,
  },
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
