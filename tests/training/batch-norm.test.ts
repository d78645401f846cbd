import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import {
  batchNorm,
  conv2dLayer,
  frozen,
  input,
  linear,
  type Recipe,
  recipe,
  reduceMean,
  relu,
  square,
  subtract,
  type Tensor,
  task,
} from '../../models/index.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { assertClose } from '../models/close.ts';
import { openReference, tensorsUnder } from '../models/reference.ts';
import { withGraph } from '../support/run-program.ts';
import { runRecipe } from './run-recipe.ts';

const REFERENCE = fileURLToPath(new URL('../references/batch-norm.safetensors', import.meta.url));
const STEPS = 5;

describe('batch norms in training', () => {
  let folder: AuthorFolder;
  let file: SafetensorsFile;
  before(async () => {
    folder = await authorFolder();
    file = await openReference('batch-norm.safetensors');
  });
  after(() => folder.remove());

  /** The network of `tests/references/operators.py`. */
  const network = () => ({
    conv: conv2dLayer(2, 4, { kernel: 3, padding: 1, bias: false }),
    norm: batchNorm(4),
    head: linear(4, 3, { bias: false }),
    flat: batchNorm(3, { momentum: 0.3 }),
  });

  function answerOf(parts: ReturnType<typeof network>, x: Tensor): Tensor {
    const seen: Tensor = relu(parts.norm(parts.conv(x)));
    return parts.flat(parts.head(reduceMean(seen, [2, 3])));
  }

  function recipeOf(parts: ReturnType<typeof network>, kept: object, change: object = {}): Recipe {
    const rows = task({
      name: 'rows',
      inputs: { x: { dtype: 'float32', shape: [6, 2, 5, 5] }, y: { dtype: 'float32', shape: [6, 3] } },
      loss: ({ x, y }) => reduceMean(square(subtract(answerOf(parts, x), y))),
      data: {
        async batch(step) {
          const [x, y] = await Promise.all([file.readFloat32('input.x'), file.readFloat32('input.y')]);
          const of = (all: Float32Array) =>
            all.slice((step % STEPS) * (all.length / STEPS), ((step % STEPS) + 1) * (all.length / STEPS));
          return { x: of(x), y: of(y) };
        },
      },
    });
    return recipe({
      name: 'batch-norm',
      steps: STEPS,
      parts: kept,
      tasks: [rows],
      optimizer: { learningRate: 0.02, weightDecay: 0.1, clipNorm: Infinity },
      initialFrom: [{ file: REFERENCE, names: [{ ours: '*', theirs: 'weights.*' }] }],
      evaluation: { every: STEPS, batches: 1, tasks: [rows] },
      ...change,
    });
  }

  for (const stepsPerCall of [1, 2]) {
    it(`equal PyTorch's after ${STEPS} steps, running statistics and all, ${stepsPerCall} steps a call`, async () => {
      const parts = network();
      const out = `${folder.path}/trained-${stepsPerCall}`;
      const { weights } = await runRecipe(recipeOf(parts, parts, { stepsPerCall }), out);
      const written = await openSafetensors(weights);
      const names = file.names.filter((name) => name.startsWith('output.'));
      assert.equal(names.length, 10);
      for (const name of names)
        assertClose(await written.readFloat32(name.replace('output.', '')), await file.readFloat32(name));
    });
  }

  it('answer by their running statistics, as PyTorch does', async () => {
    const parts = network();
    const made = { ...recipeOf(parts, parts), checkpointNames: [] };
    const shape = [6, 2, 5, 5];
    const x = input('x', 'float32', shape);
    const graph = { name: 'answer', inputs: { x }, outputs: { answer: answerOf(parts, x) } };
    const batch = (await file.readFloat32('input.x')).slice(0, 6 * 2 * 5 * 5);
    await withGraph(graph, made, [tensorsUnder(file, 'output.')], {}, async (run) => {
      const { answer } = await run({ x: new onnxruntime.Tensor('float32', batch, shape) });
      assert.ok(answer?.data instanceof Float32Array);
      assertClose(answer.data, await file.readFloat32('answer'));
    });
  });

  it('go on where a run was stopped, bit for bit', async () => {
    const parts = network();
    const whole = await runRecipe(recipeOf(parts, parts), `${folder.path}/whole`);
    const out = `${folder.path}/stopped`;
    assert.equal((await runRecipe(recipeOf(parts, parts), out, { stopAfter: 3 })).step, 3);
    const resumed = await runRecipe(recipeOf(parts, parts), out);
    const [one, other] = [await openSafetensors(whole.weights), await openSafetensors(resumed.weights)];
    for (const name of one.names)
      assert.deepEqual(await one.readFloat32(name), await other.readFloat32(name), name);
  });

  it('keep their statistics where they are frozen, and normalise by them', async () => {
    const parts = network();
    const kept = { ...parts, norm: frozen(parts.norm), flat: frozen(parts.flat) };
    const { weights } = await runRecipe(recipeOf(parts, kept), `${folder.path}/frozen`);
    const written = await openSafetensors(weights);
    for (const name of ['norm.running_mean', 'flat.running_var', 'norm.weight'])
      assert.deepEqual(await written.readFloat32(name), await file.readFloat32(`weights.${name}`), name);
    const head = await written.readFloat32('head.weight');
    assert.notDeepEqual(head, await file.readFloat32('weights.head.weight'));
    assert.notDeepEqual(head, await file.readFloat32('output.head.weight'));
  });
});
