import { join } from 'node:path';
import { compileTraining } from '../../compiler/training/compile-training.ts';
import type { Recipe } from '../../dsl/recipe.ts';
import { Batches } from '../../runtime/training/batches.ts';
import { writeFirstCheckpoint } from '../../runtime/training/first-checkpoint.ts';
import { Trainer } from '../../runtime/training/trainer.ts';

export interface OpenTrainer {
  /** Makes one call of the step graph: as many steps as the recipe's `stepsPerCall`. */
  step(): Promise<void>;
  close(): Promise<void>;
}

/** Compiles a recipe into a folder and loads it, as training does, but in this thread and with one batch for all steps. */
export async function openTrainer(recipe: Recipe, folder: string, threads: number): Promise<OpenTrainer> {
  const { plan, initial } = await compileTraining(recipe, { folder, recipeFolder: folder });
  const checkpoint = join(folder, 'first.safetensors');
  await writeFirstCheckpoint(checkpoint, plan, initial);
  const trainer = await Trainer.open({ plan, folder, checkpoint, threads });
  const sources = new Map(recipe.tasks.map(({ name, data }) => [name, data]));
  const batches = new Batches(plan.step.tasks, sources, plan.seed);
  const { stepsPerCall, step } = plan;
  const feeds = step.stacked ? await batches.stacked(0, stepsPerCall) : await batches.one(0);
  const learningRates = Array.from({ length: stepsPerCall }, () => recipe.optimizer.learningRate);
  let first = 0;
  return {
    async step() {
      await trainer.step({ learningRates, first, feeds });
      first += stepsPerCall;
    },
    close: () => trainer.close(),
  };
}
