import assert from 'node:assert/strict';
import { ModelError } from '../../dsl/errors/model-error.ts';
import {
  frozen,
  layerNorm,
  linear,
  parameter,
  type RecipeDefinition,
  recipe,
  task,
} from '../../models/index.ts';

const layer = linear(4, 1);
const data = { batch: () => ({ x: new Float32Array(8) }) };
const fit = task({
  name: 'fit',
  inputs: { x: { dtype: 'float32', shape: [2, 4] } },
  loss: ({ x }) => layer(x),
  data,
});
const valid: RecipeDefinition = {
  name: 'fit',
  steps: 10,
  parts: { layer },
  tasks: [fit],
  optimizer: { learningRate: 1e-3 },
};

describe('recipe', () => {
  it('names the parameters by their places and fills in what was left out', () => {
    const made = recipe({ ...valid, parts: { layer, norm: frozen(layerNorm(4)) } });
    assert.deepEqual(
      [...made.parameters].map(([name, { trainable }]) => [name, trainable]),
      [
        ['layer.weight', true],
        ['layer.bias', true],
        ['norm.weight', false],
        ['norm.bias', false],
      ],
    );
    assert.equal(made.optimizer.weightDecay, 0.01);
    assert.deepEqual(made.schedule, { kind: 'constant' });
  });

  it('refuses what makes no sense in one sentence, at the line of the author', () => {
    const wrong: readonly (readonly [Partial<RecipeDefinition>, RegExp])[] = [
      [{ steps: 0 }, /steps must be a whole number from 1 on, but it is 0/],
      [{ seed: 1.5 }, /seed must be a whole number from 0 on, but it is 1.5/],
      [{ tasks: [] }, /tasks is empty/],
      [{ tasks: [fit, fit] }, /two of tasks are called 'fit'/],
      [{ optimizer: { learningRate: -1 } }, /optimizer.learningRate must be above 0, but it is -1/],
      [
        { optimizer: { learningRate: Number.POSITIVE_INFINITY } },
        /optimizer.learningRate must be a finite number, but it is Infinity/,
      ],
      [
        { optimizer: { learningRate: 1, betas: [0.9, 1] } },
        /optimizer.betas\[1\] must be from 0 to less than 1/,
      ],
      [{ parts: { frozen: frozen(parameter([3])) } }, /none of the 1 parameters in parts is trainable/],
      [
        { evaluation: { every: 0, batches: 1, tasks: [fit] } },
        /evaluation.every must be a whole number from 1 on/,
      ],
      [{ evaluation: { every: 1, batches: 1, tasks: [] } }, /evaluation\.tasks is empty; give at least one/],
      [{ name: '' }, /the name must be one that a folder can have, but it is ''/],
      [{ name: '../elsewhere' }, /one that a folder can have, but it is '\.\.\/elsewhere'/],
      [{ name: 'CON' }, /one that a folder can have, but it is 'CON'/],
      [{ name: 'a\nb' }, /one that a folder can have, but it is 'a\u{FFFD}b'/u],
      [{ name: 'x'.repeat(201) }, /but it is 'x{60}'/],
      [{ name: '..' }, /one that a folder can have, but it is '\.\.'/],
      [
        { optimizer: { learningRate: 1, weightDecay: Number.POSITIVE_INFINITY } },
        /weightDecay must be a finite/,
      ],
      [
        { optimizer: { learningRate: 1, epsilon: Number.POSITIVE_INFINITY } },
        /epsilon must be a finite number/,
      ],
      [{ schedule: { kind: 'cosine', final: -2 } }, /schedule\.final must be from 0 to 1, but it is -2/],
      [{ schedule: { kind: 'cosine', final: Number.NaN } }, /final must be a number, but it is NaN/],
      [{ schedule: { kind: 'constant', warmUp: 11 } }, /warmUp must be at most the 10 steps, but it is 11/],
    ];
    for (const [change, message] of wrong) {
      assert.throws(
        () => recipe({ ...valid, ...change }),
        (error) =>
          error instanceof ModelError &&
          message.test(error.message) &&
          /recipe\.test\.ts/.test(error.message),
        String(message),
      );
    }
    assert.throws(
      () => task({ name: 'a b', inputs: {}, loss: () => layer, data: { batch: () => ({}) } } as never),
      /must be letters/,
    );
    assert.throws(
      () =>
        task({ name: 'a', weight: 0, inputs: {}, loss: () => layer, data: { batch: () => ({}) } } as never),
      /weight of 'a' must be above 0/,
    );
  });

  it('refuses what an author whose types are off may write', () => {
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ checkpointsEvery: 5 }, /recipe has no option 'checkpointsEvery'/],
      [{ optimizer: { learningRate: 1, wieghtDecay: 1 } }, /optimizer has no option 'wieghtDecay'/],
      [{ optimizer: { learningRate: '0.01' } }, /learningRate must be a number, but it is the text '0\.01'/],
      [{ optimizer: { learningRate: 1, betas: [0.9] } }, /betas must be two numbers, but it is \[0\.9\]/],
      [{ optimizer: undefined }, /learningRate must be above 0, but it is undefined/],
      [{ schedule: { kind: 'linear' } }, /kind must be constant or cosine, but it is linear/],
      [{ schedule: { warmUp: 1 } }, /schedule\.kind must be constant or cosine, but it is undefined/],
      [{ tasks: undefined }, /tasks is empty/],
    ];
    for (const [change, message] of wrong)
      assert.throws(() => recipe({ ...valid, ...change } as RecipeDefinition), message, String(message));
    const without = (change: object) =>
      task({ name: 'a', inputs: {}, loss: () => layer, data, ...change } as never);
    assert.throws(
      () => without({ data: undefined }),
      /must have a function batch\(step, seed\), but there is no data/,
    );
    assert.throws(() => without({ data: {} }), /batch\(step, seed\), but its batch is undefined/);
    assert.throws(
      () => without({ inputs: { x: { dtype: 'float16', shape: [1] } } }),
      /input 'x' of 'a' must be float32 or int64 or int32 or uint8 or bool, but it is the text 'float16'/,
    );
  });
});
