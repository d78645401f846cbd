import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mean } from 'simple-statistics';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { compile } from '../../compiler/compile.ts';
import type { Recipe } from '../../dsl/program/recipe.ts';
import program from '../../examples/stroop/model/stroop.ts';
import reading from '../../examples/stroop/recipes/reading.ts';
import answering from '../../examples/stroop/recipes/stroop.ts';
import { takeTest } from '../../examples/stroop/take-test.ts';
import { cellName, writeStroopTasks } from '../../examples/stroop/tasks.ts';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import { runRecipe } from '../training/run-recipe.ts';

const MODEL = fileURLToPath(new URL('../../examples/stroop/model/', import.meta.url));
const WEIGHTS = join(MODEL, 'weights.safetensors');

describe('the model that takes the Stroop test', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stroop-model-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('names colours and reads words in pictures that it never saw, asked in words and by examples', async () => {
    assert.ok((await stat(WEIGHTS)).size < 3e6);
    const out = join(folder, 'stroop');
    await compile(program, { out, weights: [WEIGHTS], tokenizer: join(MODEL, 'tokenizer.json') });
    const tasks = await writeStroopTasks(join(folder, 'tasks'), { count: 8, seed: 77 });
    const model = await loadFlamingo(out);
    try {
      const outcomes = await takeTest(model, tasks);
      assert.equal(outcomes.length, 8 * 6 * 3);
      for (const [asked, congruence, least] of [
        ['colour', 'non-word', 0.9],
        ['colour', 'congruent', 0.9],
        ['colour', 'incongruent', 0.9],
        ['word', 'neutral', 0.9],
        ['word', 'congruent', 0.9],
        ['word', 'incongruent', 0.6],
      ] as const) {
        const kind = cellName({ asked, congruence });
        for (const shots of [0, 2, 4]) {
          const right = outcomes.filter((outcome) => outcome.task.kind === kind && outcome.shots === shots);
          const accuracy = mean(right.map(({ accuracy }) => accuracy));
          // One of eight may be wrong wherever more is asked than that.
          assert.ok(accuracy >= Math.min(least, 0.875), `${kind}, ${shots} examples: ${accuracy}`);
        }
      }
    } finally {
      await model.close();
    }
  });

  /** The losses of a recipe's first steps. */
  const firstLosses = async (recipe: Recipe, stopAfter: number): Promise<readonly number[]> => {
    const out = join(folder, recipe.name);
    await runRecipe(recipe, out, { stopAfter });
    const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n');
    return lines.map((line): number => JSON.parse(line).loss);
  };

  it('learns to tell inks and letters apart by its first recipe', async () => {
    const losses = await firstLosses(reading, 10);
    assert.equal(losses.length, 10);
    assert.ok((losses.at(-1) ?? 0) < (losses[0] ?? 0) - 1, losses.join());
  });

  it('learns to answer by its second, on the vision encoder that was kept', async () => {
    const names = answering.initialFrom.flatMap(({ names = [] }) => names);
    const losses = await firstLosses({ ...answering, initialFrom: [{ file: WEIGHTS, names }] }, 6);
    assert.ok((losses.at(-1) ?? 0) < (losses[0] ?? 0) - 0.3, losses.join());
    const [before, after] = [
      await openSafetensors(WEIGHTS),
      await openSafetensors(join(folder, answering.name, 'weights.safetensors')),
    ];
    const gain = 'vision.stem.gain';
    assert.deepEqual(await before.readFloat32(gain), await after.readFloat32(gain), 'the encoder is frozen');
  });
});
