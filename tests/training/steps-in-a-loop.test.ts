import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import {
  add,
  multiply,
  parameter,
  recipe,
  reduceMean,
  scan,
  square,
  subtract,
  type TaskInputs,
  task,
  zeros,
} from '../../models/index.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { fitRecipe, runRecipe } from './run-recipe.ts';

/** The graphs of a target that keeps state on its device, in which the optimizer and a `Loop` are; any provider runs them. */
const ON_DEVICE = { target: 'cuda' };

describe('several steps in one call', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('come to the same weights as single steps, bit for bit, and go on from a checkpoint between two calls', async () => {
    const single = await runRecipe(fitRecipe({ steps: 7 }), join(folder.path, 'single'), ON_DEVICE);
    const expected = await readFile(single.weights);

    const several = () => fitRecipe({ steps: 7, stepsPerCall: 3 });
    const out = join(folder.path, 'several');
    const stopped = await runRecipe(several(), out, { ...ON_DEVICE, stopAfter: 4 });
    assert.equal(stopped.step, 4);
    assert.notDeepEqual(await readFile(stopped.weights), expected);
    const resumed = await runRecipe(several(), out, ON_DEVICE);
    assert.deepEqual([resumed.made, resumed.step, resumed.loss], [3, 7, single.loss]);
    assert.deepEqual(await readFile(resumed.weights), expected);
  });

  it('hold loops of their own: a recurrence learns the same in both', async () => {
    const inputs = {
      x: { dtype: 'float32', shape: [8, 5] },
      y: { dtype: 'float32', shape: [8] },
    } as const satisfies TaskInputs;
    const recurrent = (stepsPerCall: number) => {
      const keep = parameter([1], zeros);
      return recipe({
        ...{ name: 'recurrent', steps: 60, stepsPerCall, parts: { keep } },
        optimizer: { learningRate: 0.05, weightDecay: 0 },
        tasks: [
          task({
            ...{ name: 'sum', inputs },
            loss({ x, y }) {
              const start = multiply(y, 0);
              const { state } = scan({
                state: { h: start },
                over: { x },
                axis: 1,
                step: ({ h }, { x }) => ({ state: { h: add(multiply(h, keep), x) } }),
              });
              return reduceMean(square(subtract(state.h, y)));
            },
            data: {
              batch(step) {
                const x = Float32Array.from({ length: 40 }, (_, i) => Math.sin(step + i * i));
                // What came later counts more: each value is kept by seven tenths a step.
                const y = Float32Array.from({ length: 8 }, (_, row) =>
                  x.subarray(row * 5, row * 5 + 5).reduce((h, each) => 0.7 * h + each, 0),
                );
                return { x, y };
              },
            },
          }),
        ],
      });
    };
    const single = await runRecipe(recurrent(1), join(folder.path, 'recurrent'), ON_DEVICE);
    const several = await runRecipe(recurrent(4), join(folder.path, 'recurrent-in-a-loop'), ON_DEVICE);
    assert.deepEqual(await readFile(several.weights), await readFile(single.weights));
    const [keep] = await (await openSafetensors(single.weights)).readFloat32('keep');
    assert.ok(Math.abs((keep ?? 0) - 0.7) < 0.05, `it learned ${keep}`);
  });
});
