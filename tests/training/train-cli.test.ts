import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors } from '../../compiler/weights/safetensors.ts';
import { flamingo } from '../cli/run-cli.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';

/** Learns the weights of a line, with a frozen shift. */
const RECIPE = `import { add, frozen, linear, parameter, recipe, reduceMean, square, subtract, task } from 'flamingo-onnx';

const line = linear(2, 1);
const shift = frozen(parameter([1], { kind: 'constant', value: 3 }));

export default recipe({
  name: 'line',
  steps: 60,
  parts: { line, shift },
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

describe('flamingo train', function () {
  this.timeout(240_000);
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
});
