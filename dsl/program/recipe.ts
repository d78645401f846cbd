import { atCallSite } from '../at-call-site.ts';
import { frozenCopy } from '../freeze.ts';
import { fail } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { nameParameters } from './naming.ts';
import { checkRecipe, checkTask } from './recipe-checks.ts';
import type {
  DataSource,
  LossInputs,
  OptimizerOptions,
  Recipe,
  RecipeDefinition,
  Task,
  TaskDefinition,
  TaskInputs,
} from './recipe-definition.ts';

export type {
  Batch,
  BatchArrays,
  BatchDtype,
  BatchValue,
  DataSource,
  Evaluation,
  InitialWeights,
  LossInputs,
  LossWithMetrics,
  OptimizerOptions,
  PrepareContext,
  Recipe,
  RecipeDefinition,
  Schedule,
  Task,
  TaskDefinition,
  TaskInput,
  TaskInputs,
} from './recipe-definition.ts';

/**
 * One data set of a recipe with its loss. Every step draws one batch of every task and follows the sum of
 * `weight * gradient` over the tasks (Flamingo paper, section 2.4: gradients accumulated over a mixture of data sets).
 *
 * @param definition.weight default 1
 */
export function task<const I extends TaskInputs>(
  definition: TaskDefinition<I> & { readonly weight?: number },
): Task {
  const { name, weight = 1, inputs, data } = definition;
  atCallSite(() => checkTask(definition));
  // The graph gives the loss the inputs that are declared here, and the data's batches are checked against them.
  const loss = (tensors: Readonly<Record<string, Tensor>>) => definition.loss(tensors as LossInputs<I>);
  return Object.freeze({ name, weight, inputs: frozenCopy(inputs), loss, data: data as DataSource });
}

/**
 * Makes a recipe: `flamingo train recipe.ts` trains what the file exports as its default.
 *
 *     const encoder = visionEncoder(...);
 *     export default recipe({
 *       name: 'pictures-and-words',
 *       steps: 2000,
 *       parts: { vision: encoder.parts, words: words.parts },
 *       tasks: [
 *         task({
 *           name: 'contrastive',
 *           inputs: { pixels: { dtype: 'float32', shape: [64, 3, 48, 48] }, … },
 *           loss: ({ pixels, … }) => contrastiveLoss(…),
 *           data: { batch: (step, seed) => ({ pixels: …, … }) },
 *         }),
 *       ],
 *       optimizer: { learningRate: 1e-3, weightDecay: 0.1 },
 *       schedule: { kind: 'cosine', warmUp: 100 },
 *     });
 *
 * @throws ModelError at the author's line for an option that there is none of or that makes no sense, tasks of one name,
 *   or nothing to train
 */
export function recipe(definition: RecipeDefinition): Recipe {
  atCallSite(() => checkRecipe(definition));
  const { name, seed = 0, steps, tasks, optimizer, evaluation } = definition;
  const { stepsPerCall = 1, checkpointEvery = 100 } = definition;
  const schedule = definition.schedule ?? { kind: 'constant' };
  const { parameters, aliases, place } = atCallSite(() => nameParameters(definition.parts));
  const full: Required<OptimizerOptions> = {
    weightDecay: 0.01,
    betas: [0.9, 0.999],
    epsilon: 1e-8,
    clipNorm: 1,
    ...optimizer,
  };
  if (![...parameters.values()].some(({ trainable }) => trainable)) {
    atCallSite(() =>
      fail(
        `recipe: none of the ${parameters.size} parameters in parts is trainable; leave some out of frozen(...)`,
      ),
    );
  }
  return Object.freeze({
    kind: 'recipe',
    name,
    seed,
    steps,
    parameters,
    aliases,
    place,
    tasks: frozenCopy(tasks),
    optimizer: frozenCopy(full),
    schedule: frozenCopy(schedule),
    initialFrom: frozenCopy(definition.initialFrom ?? []),
    evaluation: frozenCopy(evaluation),
    recompute: definition.recompute,
    stepsPerCall,
    checkpointEvery,
  });
}
