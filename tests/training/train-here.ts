import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileTraining } from '../../compiler/training/compile-training.ts';
import type { Recipe } from '../../dsl/recipe.ts';
import { type TrainOptions, type TrainResult, train } from '../../runtime/training/train.ts';

type Options = Omit<TrainOptions, 'plan' | 'initial' | 'data' | 'evaluationData' | 'out'>;

/** Trains a recipe in this process, as `flamingo train` does: on one thread unless told. */
export async function trainHere(recipe: Recipe, out: string, options: Options = {}): Promise<TrainResult> {
  const { plan, initial } = await compileTraining(recipe, { folder: join(out, 'graphs'), recipeFolder: out });
  const data = new Map(recipe.tasks.map((task) => [task.name, task.data]));
  const evaluationData = new Map(recipe.evaluation?.tasks.map((task) => [task.name, task.data]));
  return train({ plan, initial, data, evaluationData, out, threads: 1, ...options });
}

export async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
