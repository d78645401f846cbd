import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { flamingo, spawnFlamingo } from '../cli/run-cli.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';

/** Learns the weights of a line, with a frozen shift. */
const RECIPE = `import { add, frozen, linear, parameter, recipe, reduceMean, square, subtract, task } from 'flamingo-onnx';

const line = linear(2, 1);
const shift = parameter([1], { kind: 'constant', value: 3 });

export default recipe({
  name: 'line',
  steps: 60,
  parts: { line, shift: frozen(shift) },
  tasks: [
    task({
      name: 'fit',
      inputs: { x: { dtype: 'float32', shape: [8, 2] }, y: { dtype: 'float32', shape: [8, 1] } },
      loss: ({ x, y }) => reduceMean(square(subtract(add(line(x), shift), y))),
      data: {
        batch(step, seed) {
          const x = Float32Array.from({ length: 16 }, (_, i) => Math.sin(seed + 7 * step + i * i));
          const y = Float32Array.from({ length: 8 }, (_, i) => 2 * (x[2 * i] ?? 0) - (x[2 * i + 1] ?? 0) + 4);
          return { x, y };
        },
      },
    }),
  ],
  optimizer: { learningRate: 0.1, weightDecay: 0 },
});
`;

describe('flamingo train', () => {
  let folder: AuthorFolder;
  let recipe: string;
  before(async () => {
    folder = await authorFolder();
    recipe = await folder.write('line.ts', RECIPE);
  });
  after(() => folder.remove());

  it('learns, and leaves what is frozen as it was', async () => {
    const out = join(folder.path, 'line');
    const { code, stdout, stderr } = await flamingo(
      'train',
      recipe,
      '--out',
      out,
      '--threads',
      '1',
      '--json',
    );
    assert.equal(code, 0, stderr);
    const result = JSON.parse(stdout);
    assert.equal(result.step, 60);
    assert.ok(result.loss < 0.05, `loss ${result.loss}`);
    const weights = await openSafetensors(result.weights);
    const [a = 0, b = 0] = await weights.readFloat32('line.weight');
    assert.ok(Math.abs(a - 2) < 0.3 && Math.abs(b + 1) < 0.3, `${a} ${b}`);
    assert.deepEqual([...(await weights.readFloat32('shift'))], [3]);
    assert.match(result.frozen, /^[0-9a-f]{64}$/);
    const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).step),
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
  });

  it('stops at Ctrl-C with a checkpoint, and goes on to the weights of a run that was not stopped', async () => {
    const slow = await folder.write('slow.ts', RECIPE.replace('batch(step, seed) {', SLOWLY));
    const [stopped, whole] = [join(folder.path, 'stopped'), join(folder.path, 'whole')];
    const child = spawnFlamingo('train', slow, '--out', stopped, '--threads', '1');
    await waitFor(
      async () =>
        (await readFile(join(stopped, 'metrics.jsonl'), 'utf8').catch(() => '')).split('\n').length > 5,
    );
    child.process.kill('SIGINT');
    const { code, stderr } = await child.result;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /Checkpoint: .*step-\d+\.safetensors; the same command goes on from there/);
    for (const [out, ...more] of [[stopped, '--resume'], [whole]] as const) {
      const ended = await flamingo('train', recipe, '--out', out, '--threads', '1', ...more);
      assert.equal(ended.code, 0, ended.stderr);
    }
    const weights = (out: string) => readFile(join(out, 'weights.safetensors'));
    assert.deepEqual(await weights(stopped), await weights(whole));
  });

  it('refuses wrong use and bad input in one sentence', async () => {
    const trained = join(folder.path, 'line');
    const changed = await folder.write(
      'changed.ts',
      RECIPE.replace('learningRate: 0.1', 'learningRate: 0.2'),
    );
    const wrong: readonly (readonly [number, readonly string[], RegExp])[] = [
      [2, [], /missing required argument 'recipe'/],
      [2, [recipe, '--steps', '0'], /a whole number of at least 1 was expected/],
      [2, [recipe, '--resume', '--restart'], /'--resume' cannot be used with option '--restart'/],
      [3, [join(folder.path, 'none.ts')], /There is no recipe file/],
      [
        3,
        [join(folder.path, 'model.ts')],
        /model\.ts is a number, not a recipe; .* recipe\(\{ \.\.\. \}\) returns/,
      ],
      [3, [await folder.write('wide.ts', RECIPE.replace('steps: 60', "steps: '60'"))], /wide\.ts:8:3\n/],
      [
        3,
        [await folder.write('vector.ts', RECIPE.replace('reduceMean(square(', '(square('))],
        /the loss of task 'fit' must be a float32 scalar, but it is float32 \[8, 1\]/,
      ],
      [3, [recipe, '--out', recipe], /line\.ts cannot be used for the run \(it is not a folder\)/],
      [3, [recipe, '--out', folder.path], /holds other files and is not the folder of a run/],
      [3, [recipe, '--out', join(folder.path, 'new'), '--resume'], /has no checkpoint to resume from/],
      [3, [changed, '--out', trained], /The recipe's optimizer changed since/],
    ];
    await folder.write('model.ts', 'export default 3;\n');
    for (const [expected, words, message] of wrong) {
      const { code, stdout, stderr } = await flamingo('train', ...words);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n +at /);
      assert.equal(stdout, '');
      assert.equal(code, expected, words.join(' '));
    }
  });
});

/** In place of the start of the recipe's `batch`: a step takes a twentieth of a second. */
const SLOWLY = `async batch(step, seed) {
          await new Promise((resolve) => setTimeout(resolve, 50));`;

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await setTimeout(50);
}
