import { add } from '../../../dsl/operators/add.ts';
import { matmul } from '../../../dsl/operators/matmul.ts';
import { multiply } from '../../../dsl/operators/multiply.ts';
import { scan } from '../../../dsl/operators/scan.ts';
import { tanh } from '../../../dsl/operators/tanh.ts';
import { Grid, type OperatorCase, sum, tabulate } from '../case.ts';

/** Every value of a recurrence `h[t] = step(h[t - 1], t)` for one row. */
function recurrence(start: number, steps: readonly number[], step: (before: number, at: number) => number) {
  const values: number[] = [];
  let h = start;
  for (const at of steps) {
    h = step(h, at);
    values[at] = h;
  }
  return { values, last: h };
}

const SIZES = [
  { batch: 2, text: 4 },
  { batch: 1, text: 1 },
  { batch: 2, text: 0 },
];

export const scanCases: readonly OperatorCase[] = [
  ...[false, true].map(
    (reverse): OperatorCase => ({
      file: 'scan',
      name: `a gated linear recurrence along the second axis, ${reverse ? 'back' : 'forth'}`,
      inputs: {
        h: { shape: ['batch', 3] },
        keep: { shape: ['batch', 'text', 3] },
        x: { shape: ['batch', 'text', 3] },
      },
      sizes: SIZES,
      build(x) {
        const { state, outputs } = scan({
          state: { h: x('h') },
          over: { keep: x('keep'), x: x('x') },
          axis: 1,
          reverse,
          step({ h }, { keep, x }) {
            const next = add(multiply(keep ?? 0, h ?? 0), x ?? 0);
            return { state: { h: next }, outputs: { next } };
          },
        });
        return [state.h ?? x('h'), outputs.next ?? x('h')];
      },
      expected(x, size) {
        const places = Array.from({ length: size('text') }, (_, at) => at);
        const order = reverse ? places.toReversed() : places;
        const of = (b: number, i: number) =>
          recurrence(x('h').at(b, i), order, (h, t) => x('keep').at(b, t, i) * h + x('x').at(b, t, i));
        return [
          tabulate([size('batch'), 3], (b, i) => of(b, i).last),
          tabulate([size('batch'), size('text'), 3], (b, t, i) => of(b, i).values[t] ?? Number.NaN),
        ];
      },
    }),
  ),
  {
    file: 'scan',
    name: 'two states, one of them never changed, and weights from around it',
    inputs: {
      h: { shape: ['batch', 2] },
      last: { shape: ['batch', 2] },
      x: { shape: ['text', 'batch', 2] },
      weight: { shape: [2, 2] },
    },
    sizes: SIZES,
    build(x) {
      // What depends on the weights alone is computed before the first step.
      const doubled = (weight: ReturnType<typeof x>) => multiply(weight, 2);
      const { state, outputs } = scan({
        state: { h: x('h'), last: x('last') },
        over: { x: x('x') },
        step({ h = x('h'), last = x('last') }, { x: slice = x('h') }) {
          const next = tanh(add(matmul(h, doubled(x('weight'))), slice));
          return { state: { h: next, last }, outputs: { before: h, weighed: multiply(next, last) } };
        },
      });
      return [...Object.values(state), ...Object.values(outputs)];
    },
    expected(x, size) {
      const [batch, text] = [size('batch'), size('text')];
      const states: number[][][] = [];
      for (let b = 0; b < batch; b += 1) {
        const rows = [[x('h').at(b, 0), x('h').at(b, 1)]];
        for (let t = 0; t < text; t += 1) {
          const before = rows.at(-1) ?? [];
          rows.push(
            [0, 1].map((j) =>
              Math.tanh(sum(2, (i) => (before[i] ?? 0) * 2 * x('weight').at(i, j)) + x('x').at(t, b, j)),
            ),
          );
        }
        states.push(rows);
      }
      const at = (b: number, t: number, i: number) => states[b]?.[t]?.[i] ?? Number.NaN;
      return [
        tabulate([batch, 2], (b, i) => at(b, text, i)),
        x('last'),
        tabulate([text, batch, 2], (t, b, i) => at(b, t, i)),
        tabulate([text, batch, 2], (t, b, i) => at(b, t + 1, i) * x('last').at(b, i)),
      ];
    },
  },
  {
    file: 'scan',
    name: 'a count of whole numbers',
    inputs: { start: { shape: [], dtype: 'int64' }, x: { shape: ['text'], dtype: 'int64' } },
    sizes: [{ text: 3 }],
    build(x) {
      const { state } = scan({
        state: { total: x('start') },
        over: { x: x('x') },
        step: ({ total = x('start') }, { x: each = x('start') }) => ({ state: { total: add(total, each) } }),
      });
      return state.total ?? x('start');
    },
    expected: (x) => new Grid([], [x('start').at() + sum(3, (t) => x('x').at(t))]),
  },
];
