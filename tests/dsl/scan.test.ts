import assert from 'node:assert/strict';
import { add, concat, graph, input, ModelError, multiply, scan, type Tensor } from '../../dsl/index.ts';
import { runGraph } from '../support/run-graph.ts';

/** Of no known shape, so that building the model has to find what is wrong. */
const wide = (name: string, shape: readonly (number | string)[]): Tensor => input(name, 'float32', shape);
const h = wide('h', ['batch', 4]);
const x = wide('x', ['batch', 'text', 4]);

/** The sentence is said at the line of the call. */
function refuses(use: () => unknown, sentence: string): void {
  assert.throws(use, (error: unknown) => {
    assert.ok(error instanceof ModelError, String(error));
    assert.equal(error.sentence, sentence);
    assert.match(error.message, /scan\.test\.ts:\d+:\d+: /);
    return true;
  });
}

describe('scan', () => {
  it('refuses what no loop can be made of, in a sentence at the author’s line', () => {
    const step = () => ({ state: { h } });
    refuses(() => scan({ state: { h }, over: {}, step }), 'scan: over is empty; give at least one sequence');
    refuses(
      () => scan({ state: { h }, over: { x, y: wide('y', ['batch', 7, 4]) }, axis: 1, step }),
      "scan: the sequences must be equally long, but 'x' has text steps and 'y' 7",
    );
    refuses(
      () => scan({ state: { h }, over: { x }, axis: 3, step }),
      'scan: there is no axis 3 in [batch, text, 4]',
    );
    refuses(
      () =>
        scan({ state: { h }, over: { x }, axis: 1, step: ({ h }) => ({ state: { h: concat([h, h], 1) } }) }),
      "scan: the state 'h' must stay float32 [batch, 4], but after a step it is float32 [batch, 8]",
    );
    refuses(
      () =>
        scan({
          state: { h, g: h },
          over: { x },
          axis: 1,
          step: ({ h }) => ({ state: { h, g: wide('g', [3]) } }),
        }),
      "scan: the state 'g' must stay float32 [batch, 4], but after a step it is float32 [3]",
    );
    const half = input('half', 'float16', ['batch', 4]);
    refuses(
      () => scan({ state: { half }, over: { x }, axis: 1, step: (state) => ({ state }) }),
      "scan: the state 'half' is float16, but a scan computes in float32; cast it",
    );
    for (const wrong of [undefined, Promise.resolve({ state: { h } }), { h }]) {
      refuses(
        () => Reflect.apply(scan, undefined, [{ state: { h }, over: { x }, axis: 1, step: () => wrong }]),
        'scan: the step must return an object with the next states, { state: { … }, outputs: { … } }',
      );
    }
    const others: Readonly<Record<string, Tensor>> = { other: h };
    refuses(
      () =>
        Reflect.apply(scan, undefined, [
          { state: { h }, over: { x }, axis: 1, step: () => ({ state: others }) },
        ]),
      "scan: the step gives a state 'other' that it did not have; its states are h",
    );
    refuses(
      () =>
        Reflect.apply(scan, undefined, [{ state: { h }, over: { x }, axis: 1, step: () => ({ state: {} }) }]),
      "scan: the step gives no state 'h'; give every state that it has",
    );
  });

  it('says what is wrong within a step at the line of the step', () => {
    assert.throws(
      () =>
        scan({
          state: { h },
          over: { x },
          axis: 1,
          step: ({ h }) => ({ state: { h: add(h, wide('y', [3])) } }),
        }),
      /scan\.test\.ts:\d+:\d+: add: /,
    );
  });

  it('may stand within the step of another', async () => {
    const program = graph({
      name: 'nested',
      inputs: { x: { dtype: 'float32', shape: ['rows', 'columns'] }, start: { dtype: 'float32', shape: [] } },
      outputs({ x, start }) {
        const { state } = scan({
          state: { sum: start },
          over: { x },
          step({ sum }, { x: row }) {
            const inner = scan({
              state: { product: multiply(sum, 1) },
              over: { row },
              step: ({ product }, { row: each }) => ({
                state: { product: add(multiply(product, each), sum) },
              }),
            });
            return { state: { sum: inner.state.product } };
          },
        });
        return { sum: state.sum };
      },
    });
    // 1 * 2 + 1 = 3, 3 * 3 + 1 = 10; 10 * 1 + 10 = 20, 20 * 1 + 10 = 30.
    const feeds = {
      x: { dtype: 'float32', shape: [2, 2], data: [2, 3, 1, 1] },
      start: { dtype: 'float32', shape: [], data: [1] },
    } as const;
    for (const fusion of [true, false]) {
      const { sum } = await runGraph(program.graphs.nested, feeds, { fusion });
      assert.deepEqual(Array.from(sum?.data ?? []), [30]);
    }
  });
});
