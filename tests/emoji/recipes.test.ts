import assert from 'node:assert/strict';
import { elementCount } from '../../dsl/element-count.ts';
import { input, type Recipe } from '../../dsl/index.ts';
import flamingo from '../../examples/emoji/recipes/flamingo.ts';
import language from '../../examples/emoji/recipes/language.ts';
import languageBlurred from '../../examples/emoji/recipes/language-blurred.ts';
import languageFirst from '../../examples/emoji/recipes/language-first.ts';
import naming from '../../examples/emoji/recipes/naming.ts';
import namingApart from '../../examples/emoji/recipes/naming-apart.ts';
import vision from '../../examples/emoji/recipes/vision.ts';
import visionSmall from '../../examples/emoji/recipes/vision-small.ts';
import model from '../../models/emoji/emoji.ts';

const weightsOf = ({ parameters }: Pick<Recipe, 'parameters'>) =>
  [...parameters.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);

describe('recipes of the emoji model', () => {
  it('have a loss that is one number', () => {
    for (const { name, tasks } of [
      visionSmall,
      vision,
      languageFirst,
      language,
      languageBlurred,
      naming,
      namingApart,
      flamingo,
    ]) {
      for (const { inputs, loss } of tasks) {
        const tensors = Object.entries(inputs).map(([key, { dtype, shape }]) => [
          key,
          input(key, dtype, shape),
        ]);
        const traced = loss(Object.fromEntries(tensors));
        assert.deepEqual('loss' in traced ? traced.loss.shape : traced.shape, [], name);
      }
    }
  });

  it('make a model of at most 16 MB in half precision, whose encoder and language model stay frozen', () => {
    assert.ok(2 * weightsOf(model) < 16e6, `${2 * weightsOf(model)} bytes`);
    for (const [name, { trainable }] of flamingo.parameters) {
      assert.equal(trainable, /^(perceiver|cross_attention)\./.test(name), name);
    }
    for (const name of model.parameters.keys()) assert.ok(flamingo.parameters.has(name), name);
    for (const name of naming.parameters.keys()) assert.ok(flamingo.parameters.has(name), name);
    const learnt = [...vision.parameters.keys(), ...language.parameters.keys()];
    for (const name of learnt.filter((each) => /^(vision|language)\./.test(each))) {
      assert.ok(flamingo.parameters.has(name), name);
    }
  });

  it('feed the language model rows of the size that it takes', async () => {
    const [task] = language.tasks;
    assert.ok(task);
    await task.data.prepare?.({ progress() {}, signal: new AbortController().signal });
    const batch = await task.data.batch(3, 5);
    for (const [name, { shape }] of Object.entries(task.inputs)) {
      const values = batch[name];
      assert.ok(values !== undefined && !('data' in values));
      assert.equal(values.length, elementCount(shape.map(Number)));
    }
    assert.deepEqual(batch, await task.data.batch(3, 5));
  });
});
