import { join } from 'node:path';
import type { Provider } from '../../artifact/provider.ts';
import { compileTraining } from '../../compiler/training/compile-training.ts';
import type { Recipe } from '../../dsl/program/recipe.ts';
import { Batches } from '../../runtime/training/batches.ts';
import { writeFirstCheckpoint } from '../../runtime/training/first-checkpoint.ts';
import { type StepResult, Trainer } from '../../runtime/training/trainer.ts';

export interface OpenTrainer {
  /** Makes one call of the step graph: on a device as many steps as the recipe's `stepsPerCall`, on the CPU one. */
  step(): Promise<StepResult>;
  close(): Promise<void>;
}

export interface OpenTrainerOptions {
  /** Of ONNX Runtime; default: one for each physical core. */
  readonly threads?: number;
  /** Default `cpu`. */
  readonly provider?: Provider;
  /** Default: the provider's. */
  readonly target?: string;
}

/** Compiles a recipe into a folder and loads it, as training does, but in this thread and with one batch for all steps. */
export async function openTrainer(
  recipe: Recipe,
  folder: string,
  { threads, provider = 'cpu', target = provider }: OpenTrainerOptions,
): Promise<OpenTrainer> {
  const { plan, initial } = await compileTraining(recipe, { folder, recipeFolder: folder, target });
  const checkpoint = join(folder, 'first.safetensors');
  await writeFirstCheckpoint(checkpoint, plan, initial);
  const trainer = await Trainer.open({ plan, folder, checkpoint, threads, provider });
  const sources = new Map(recipe.tasks.map(({ name, data }) => [name, data]));
  const batches = new Batches(plan.step.tasks, sources, plan.seed);
  const { stacked } = plan.step;
  const steps = stacked ? plan.stepsPerCall : 1;
  const feeds = stacked ? await batches.stacked(0, steps) : await batches.one(0);
  const learningRates = Array.from({ length: steps }, () => recipe.optimizer.learningRate);
  let first = 0;
  return {
    async step() {
      const result = await trainer.step({ learningRates, first, feeds });
      first += steps;
      return result;
    },
    close: () => trainer.close(),
  };
}
