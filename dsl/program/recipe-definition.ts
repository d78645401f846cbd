import type { Shape, Tensor } from '../tensor.ts';
import type { NamedParameters } from './naming.ts';
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

/** What multiplies the learning rate: a straight rise over the first `warmUp` steps (default 0, at most all), then: */
export type Schedule =
  /** 1 to the end. */
  | { readonly kind: 'constant'; readonly warmUp?: number }
  /** Half a cosine from 1 down to `final` (from 0, the default, to 1) at the last step. */
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
  /** Also that of the run's folder in `runs/`. */
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
