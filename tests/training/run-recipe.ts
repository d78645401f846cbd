import { join } from 'node:path';
import { type CompileTrainingOptions, compileTraining } from '../../compiler/training/compile-training.ts';
import type { Recipe, RecipeDefinition, Task } from '../../dsl/program/recipe.ts';
import {
  add,
  linear,
  recipe,
  reduceMean,
  square,
  subtract,
  type TaskInputs,
  tanh,
  task,
} from '../../models/index.ts';
import { type TrainResult, train } from '../../runtime/training/train.ts';
import type { TrainOptions } from '../../runtime/training/train-options.ts';

/** Trains a recipe in this process, in one thread, as the command line does. */
export async function runRecipe(
  recipe: Recipe,
  out: string,
  { target = 'cpu', ...options }: Partial<TrainOptions> & Pick<CompileTrainingOptions, 'target'> = {},
): Promise<TrainResult> {
  const { plan, initial } = await compileTraining(recipe, {
    ...{ folder: join(out, 'graphs'), recipeFolder: out },
    target,
  });
  const sources = (tasks: readonly Task[] = []) => new Map(tasks.map(({ name, data }) => [name, data]));
  return train({
    ...{ plan, initial, out, threads: 1 },
    data: sources(recipe.tasks),
    evaluationData: sources(recipe.evaluation?.tasks),
    ...options,
  });
}

/** Two layers that learn a function of two numbers; small enough for hundreds of steps a second. */
export function smallNetwork() {
  const parts = { first: linear(2, 8), second: linear(8, 1) };
  const predict = (x: Parameters<typeof parts.first>[0]) => parts.second(tanh(parts.first(x)));
  return { parts, predict };
}

export interface FitOptions {
  readonly name?: string;
  readonly weight?: number;
  readonly rows?: number;
  /** The first of the rows that the batch has. */
  readonly from?: number;
  readonly network: ReturnType<typeof smallNetwork>;
  /** What is done to a batch before it is used. */
  readonly spoil?: (y: Float32Array, step: number) => void;
}

/** A task of that network; every step has other rows, and row n of a step is the same in every task. */
export function fitTask({ name = 'fit', weight = 1, rows = 8, from = 0, network, spoil }: FitOptions): Task {
  const inputs = {
    x: { dtype: 'float32', shape: [rows, 2] },
    y: { dtype: 'float32', shape: [rows, 1] },
  } as const satisfies TaskInputs;
  return task({
    ...{ name, weight, inputs },
    loss: ({ x, y }) => {
      const error = reduceMean(square(subtract(network.predict(x), y)));
      return { loss: error, metrics: { twice: add(error, error) } };
    },
    data: {
      batch(step) {
        const x = Float32Array.from({ length: 2 * rows }, (_, i) =>
          Math.sin(1.7 * step + (i + 2 * from) ** 2),
        );
        const y = Float32Array.from({ length: rows }, (_, i) => (x[2 * i] ?? 0) * (x[2 * i + 1] ?? 0));
        spoil?.(y, step);
        return { x, y };
      },
    },
  });
}

export function fitRecipe(change: Partial<RecipeDefinition> = {}): Recipe {
  const network = smallNetwork();
  return recipe({
    ...{ name: 'fit', steps: 20, parts: network.parts, tasks: [fitTask({ network })] },
    optimizer: { learningRate: 0.01 },
    ...change,
  });
}
