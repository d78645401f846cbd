import assert from 'node:assert/strict';
import { copyFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { loadModel } from '../../compiler/frontend/load-model.ts';
import { loadRecipe } from '../../compiler/frontend/load-recipe.ts';
import { compileTraining } from '../../compiler/training/compile-training.ts';
import { train } from '../../runtime/training/train.ts';
import { assertClose } from '../models/close.ts';
import { rowsOf } from '../models/reference.ts';
import { TOKENIZER } from '../runtime/compiled-model.ts';
import { withGraph } from '../support/run-program.ts';
import { compiledExample, EXAMPLES, expectedOf, weightsOf } from './example.ts';
import { logitsOf } from './language-graph.ts';

describe('the example lora', () => {
  let folder: string;
  let trained: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lora-'));
    const project = join(folder, 'lora');
    await cp(join(EXAMPLES, 'lora'), project, { recursive: true });
    await copyFile(weightsOf('nanogpt'), join(project, 'base.safetensors'));
    const recipe = await loadRecipe(join(project, 'recipe.ts'));
    const out = join(folder, 'run');
    const { plan, initial } = await compileTraining(recipe, {
      folder: join(out, 'graphs'),
      recipeFolder: project,
    });
    await train({
      ...{ plan, initial, out, threads: 1, evaluationData: new Map() },
      data: new Map(recipe.tasks.map(({ name, data }) => [name, data])),
    });
    trained = join(out, 'weights.safetensors');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('learns by its new weights alone', async () => {
    const [before, after] = [await openSafetensors(weightsOf('nanogpt')), await openSafetensors(trained)];
    for (const name of before.names) {
      const ours = name.replace(/^transformer/, 'language');
      assert.deepEqual(await after.readFloat32(ours), await before.readFloat32(name), name);
    }
    const learned = after.names.filter((name) => /\.(down|up)$/.test(name));
    assert.equal(learned.length, 8);
    for (const name of learned)
      assert.ok(
        (await after.readFloat32(name)).some((value) => value !== 0),
        name,
      );
    const metrics = await readFile(join(folder, 'run', 'metrics.jsonl'), 'utf8');
    const losses = [...metrics.matchAll(/"loss":([\d.]+)/g)].map(([, loss]) => Number(loss));
    assert.ok((losses.at(-1) ?? 9) < 0.5 * (losses[0] ?? 0), `from ${losses[0]} to ${losses.at(-1)}`);
  });

  it('gives the same merged, and something else than the model that it was', async () => {
    const tokens = await rowsOf(await expectedOf('nanogpt'), 'tokens');
    const options = { weights: [trained], tokenizer: TOKENIZER };
    const merged = await logitsOf(await compiledExample('lora', options), tokens, 4);
    const beside = await logitsOf(
      await compiledExample('lora', { ...options, exportName: 'beside' }),
      tokens,
      4,
    );
    assertClose(merged, beside);
    const base = await logitsOf(await compiledExample('nanogpt', { tokenizer: TOKENIZER }), tokens);
    assert.ok(merged.some((value, index) => Math.abs(value - (base[index] ?? 0)) > 0.1));
  });

  it('costs no product more, once it is merged and loaded', async () => {
    const products: number[] = [];
    for (const [name, exportName] of [
      ['lora', 'default'],
      ['nanogpt', 'default'],
      ['lora', 'beside'],
    ] as const) {
      const program = await loadModel(join(EXAMPLES, name, 'model.ts'), { exportName });
      const graph = program.graphs.language;
      assert.ok(graph);
      const path = join(folder, `${name}-${exportName}.onnx`);
      await withGraph(graph, program, [], { session: { optimizedModelFilePath: path } }, async () => {});
      const { graph: optimised } = onnxProto.onnx.ModelProto.decode(await readFile(path));
      const isProduct = (type: string | null | undefined) => /MatMul|Gemm/.test(type ?? '');
      products.push((optimised?.node ?? []).filter(({ opType }) => isProduct(opType)).length);
    }
    const [merged, base, beside] = products;
    assert.equal(merged, base);
    assert.ok((beside ?? 0) > (merged ?? 0));
  });
});
