import { atCallSite } from '../at-call-site.ts';
import { frozenCopy } from '../freeze.ts';
import { fail } from '../operator.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { type NamedParameters, nameParameters } from './naming.ts';
import type { RenamedWeight } from './program.ts';

/** What a batch may hold: the dtypes that have an array of their own in JavaScript, and bool as bytes of 0 and 1. */
export interface BatchArrays {
  readonly float32: Float32Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly bool: Uint8Array;
}
export type BatchDtype = keyof BatchArrays;

/** One named tensor of a batch. Sizes may stay open (`'batch'`); the same name is the same size in the whole recipe. */
export interface TaskInput {
  readonly dtype: BatchDtype;
  readonly shape: Shape;
}
export type TaskInputs = Readonly<Record<string, TaskInput>>;

/** Values of one input, row-major. The shape may be left out where the task gives every size. */
export type BatchValue<D extends BatchDtype = BatchDtype> =
  | BatchArrays[D]
  | { readonly data: BatchArrays[D]; readonly shape: readonly number[] };

/** Values of every input of a task. */
export type Batch<I extends TaskInputs = TaskInputs> = { readonly [N in keyof I]: BatchValue<I[N]['dtype']> };

/** Where a task's batches come from. */
export interface DataSource<I extends TaskInputs = TaskInputs> {
  /**
   * The batch of one step: a function of its two arguments alone. So a run that was killed goes on with the very
   * batches that it would have had, and no state of the data needs to be saved. It is called ahead of time, while the
   * step before is being computed.
   *
   * @param step from 0
   * @param seed the task's own, made of the recipe's seed and the task's name
   */
  batch(step: number, seed: number): Batch<I> | Promise<Batch<I>>;
  /** Called once before the first step, for work such as drawing pictures; reports how much of it is done. */
  prepare?(context: PrepareContext): Promise<void> | void;
}

export interface PrepareContext {
  progress(done: number, total: number): void;
  /** Aborted when the run is stopped. */
  readonly signal: AbortSignal;
}

/** The tensors of a task's inputs, as its loss takes them. */
export type LossInputs<I extends TaskInputs> = {
  readonly [N in keyof I]: Tensor<I[N]['dtype'], I[N]['shape']>;
};

/** A scalar to make small, and scalars that are only reported. */
export interface LossWithMetrics {
  readonly loss: Tensor;
  readonly metrics: Readonly<Record<string, Tensor>>;
}

export interface TaskDefinition<I extends TaskInputs> {
  /** Names the task in metrics and in the step's graph: letters, digits, `_` and `-`. */
  readonly name: string;
  readonly inputs: I;
  /** Traced once: from the inputs to a float32 scalar, written with the DSL's operators and the recipe's parts. */
  loss(inputs: LossInputs<I>): Tensor | LossWithMetrics;
  readonly data: DataSource<I>;
}

/** A data set and its loss, with its types erased. */
export interface Task {
  readonly name: string;
  readonly weight: number;
  readonly inputs: TaskInputs;
  readonly loss: (inputs: Readonly<Record<string, Tensor>>) => Tensor | LossWithMetrics;
  readonly data: DataSource;
}

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
  atCallSite(() => {
    if (!/^[\w-]+$/.test(name))
      fail(`task: the name must be letters, digits, '_' and '-', but it is '${name}'`);
    if (!Number.isFinite(weight) || weight <= 0)
      fail(`task: the weight of '${name}' must be above 0, but it is ${weight}`);
  });
  // The graph gives the loss the inputs that are declared here, and the data's batches are checked against them.
  const loss = (tensors: Readonly<Record<string, Tensor>>) => definition.loss(tensors as LossInputs<I>);
  return Object.freeze({ name, weight, inputs: frozenCopy(inputs), loss, data: data as DataSource });
}

/** AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) with PyTorch's defaults, after clipping by the global norm. */
export interface OptimizerOptions {
  /** The highest rate; the schedule multiplies it. */
  readonly learningRate: number;
  /** Default 0.01. Norm scales, biases, gates and other parameters of one axis have none. */
  readonly weightDecay?: number;
  /** Default `[0.9, 0.999]`. */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** The largest norm of all gradients together; larger ones are scaled down. Default 1; `Infinity` clips nothing. */
  readonly clipNorm?: number;
}

/** What multiplies the learning rate: a straight rise over the first `warmUp` steps (default 0), then: */
export type Schedule =
  /** 1 to the end. */
  | { readonly kind: 'constant'; readonly warmUp?: number }
  /** Half a cosine from 1 down to `final` (default 0) at the last step. */
  | { readonly kind: 'cosine'; readonly warmUp?: number; readonly final?: number };

/** A weight file of an earlier stage. */
export interface InitialWeights {
  /** A weight file of any format that `flamingo compile` takes; relative paths start at the recipe's folder. */
  readonly file: string;
  /**
   * Which parameters to take, and what the file calls them: `*` stands for any run of characters. Each that fits an
   * `ours` must be in the file; what the file holds besides is not looked at. Default: all, under the same names.
   */
  readonly names?: readonly Omit<RenamedWeight, 'part'>[];
}

/** Losses and metrics on held-out batches, averaged. */
export interface Evaluation {
  /** Steps between evaluations. */
  readonly every: number;
  /** Batches of each task. */
  readonly batches: number;
  readonly tasks: readonly Task[];
}

export interface RecipeDefinition {
  readonly name: string;
  /** Of initial weights and data. Default 0. */
  readonly seed?: number;
  readonly steps: number;
  /**
   * All parameters that the losses read: blocks, layers and parameters in objects and arrays, whose properties name
   * them as in a model (`{ vision: encoder.parts }`). What `frozen(...)` marks is left as it is by
   * this recipe; a model or another recipe may use the same parts with marks of its own.
   */
  readonly parts: object;
  readonly tasks: readonly Task[];
  readonly optimizer: OptimizerOptions;
  /** Default constant, without warm-up. */
  readonly schedule?: Schedule;
  /** Parameters that no file holds are drawn from the seed. Default none. */
  readonly initialFrom?: readonly InitialWeights[];
  readonly evaluation?: Evaluation;
  /**
   * Blocks whose inner values are computed again in the backward pass rather than kept, by the names of the blocks around
   * them, outermost first: `([, layer]) => layer?.startsWith('layers.') ?? false`. Saves memory, costs time. Default none.
   */
  readonly recompute?: (scope: readonly string[]) => boolean;
  /**
   * Steps of one call of ONNX Runtime, so that state stays on its device between them; on the CPU a call makes one. Default 1.
   */
  readonly stepsPerCall?: number;
  /** Steps between checkpoints. Default 100. */
  readonly checkpointEvery?: number;
}

/** What to train, on what and how: a recipe file's default export, read by `flamingo train`. */
export interface Recipe extends NamedParameters {
  readonly kind: 'recipe';
  readonly name: string;
  readonly seed: number;
  readonly steps: number;
  readonly tasks: readonly Task[];
  readonly optimizer: Required<OptimizerOptions>;
  readonly schedule: Schedule;
  readonly initialFrom: readonly InitialWeights[];
  readonly evaluation: Evaluation | undefined;
  readonly recompute: ((scope: readonly string[]) => boolean) | undefined;
  readonly stepsPerCall: number;
  readonly checkpointEvery: number;
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
 * @throws ModelError at the author's line for a number that makes no sense, tasks of one name, or nothing to train
 */
export function recipe(definition: RecipeDefinition): Recipe {
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
  atCallSite(() => {
    wholeFrom(1, { steps, stepsPerCall, checkpointEvery });
    wholeFrom(0, { seed, 'schedule.warmUp': schedule.warmUp ?? 0 });
    if (evaluation !== undefined) {
      wholeFrom(1, { 'evaluation.every': evaluation.every, 'evaluation.batches': evaluation.batches });
      distinctNames('evaluation.tasks', evaluation.tasks);
    }
    if (tasks.length === 0) fail('recipe: tasks is empty; give at least one task');
    distinctNames('tasks', tasks);
    checkOptimizer(full);
    if (![...parameters.values()].some(({ trainable }) => trainable)) {
      fail(
        `recipe: none of the ${parameters.size} parameters in parts is trainable; leave some out of frozen(...)`,
      );
    }
  });
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

function wholeFrom(least: number, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || value < least)
      fail(`recipe: ${name} must be a whole number from ${least} on, but it is ${value}`);
  }
}

function distinctNames(where: string, tasks: readonly Task[]): void {
  const names = tasks.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(`recipe: two of ${where} are called '${twice}'; give each a name of its own`);
}

function checkOptimizer(optimizer: Required<OptimizerOptions>): void {
  const { learningRate, weightDecay, betas, epsilon, clipNorm } = optimizer;
  const above = { learningRate, epsilon, clipNorm };
  for (const [name, value] of Object.entries(above)) {
    if (!(value > 0)) fail(`recipe: optimizer.${name} must be above 0, but it is ${value}`);
  }
  if (learningRate === Number.POSITIVE_INFINITY) {
    fail(`recipe: optimizer.learningRate must be a finite number, but it is ${learningRate}`);
  }
  if (!(weightDecay >= 0)) fail(`recipe: optimizer.weightDecay must be 0 or more, but it is ${weightDecay}`);
  for (const [index, beta] of betas.entries()) {
    if (!(beta >= 0 && beta < 1))
      fail(`recipe: optimizer.betas[${index}] must be from 0 to less than 1, but it is ${beta}`);
  }
}
