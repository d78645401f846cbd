import type { BatchDtype, OptimizerOptions, Schedule } from '../dsl/program/recipe.ts';
import type { Shape } from '../dsl/tensor.ts';

/** What the runtime must know of a compiled recipe: which inputs and outputs of its graphs are what. */
export interface TrainingPlan {
  readonly name: string;
  readonly seed: number;
  readonly steps: number;
  readonly optimizer: Required<OptimizerOptions>;
  readonly schedule: Schedule;
  readonly stepsPerCall: number;
  readonly checkpointEvery: number;
  /** The parameters that a step changes: those that are learned and that a loss reads, and running statistics. */
  readonly trained: readonly PlannedParameter[];
  /** All others, which stay as they are: frozen, or read by no loss. */
  readonly kept: readonly PlannedParameter[];
  readonly step: StepGraphPlan;
  readonly evaluation: EvaluationPlan | undefined;
  /** What a checkpoint must agree with to be resumed, by what it is. */
  readonly identity: Readonly<Record<string, string>>;
}

export interface PlannedParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether it has AdamW's moments; running statistics, which a step sets, have none. Default true. */
  readonly moments?: boolean;
}

export interface PlannedTask {
  readonly name: string;
  readonly weight: number;
  /** Inputs by the author's names. */
  readonly inputs: Readonly<
    Record<string, { readonly port: string; readonly dtype: BatchDtype; readonly shape: Shape }>
  >;
  /** Inputs whose values are rows of a learned table, by the author's names, with how many rows it has. */
  readonly rows?: Readonly<Record<string, number>>;
  /** The output that holds the task's loss, and those of its metrics by the author's names. */
  readonly loss: string;
  readonly metrics: Readonly<Record<string, string>>;
  /** Of a loss that is a mean over what inputs count, the output of how much they count: 0 leaves no loss. */
  readonly counted?: string;
}

/** PyTorch's, added to the norm of gradients that are clipped by it, against a norm of zero. */
export const CLIP_EPSILON = 1e-6;

/** Whether weight decay takes from a parameter: those of one axis and scalars (norms, biases, gates, temperatures) keep what they have. */
export function decays({ shape }: { readonly shape: readonly unknown[] }): boolean {
  return shape.length > 1;
}

/** A graph that makes one step, or all of it but the update; or several, over batches stacked along a new first axis. */
interface StepGraphPlan {
  readonly file: string;
  /** Whether batches, learning rates, step numbers, losses and metrics have a leading axis of steps. */
  readonly stacked: boolean;
  /**
   * Whether the graph gives gradients (`PORTS.gradient`), for the host to update parameters by. Otherwise it takes learning
   * rate and moments as well and gives all of them updated, with the gradients' norm.
   */
  readonly optimizerOnHost: boolean;
  readonly tasks: readonly PlannedTask[];
}

interface EvaluationPlan {
  readonly file: string;
  readonly every: number;
  readonly batches: number;
  readonly tasks: readonly PlannedTask[];
}

/** The file of the parameters that are not learned, beside the graphs, which point into it. */
export const KEPT_WEIGHTS = 'kept.safetensors';

/** Names of the step graph's inputs and outputs besides those of tasks. */
export const PORTS = {
  value: (name: string) => name,
  firstMoment: (name: string) => `first_moment/${name}`,
  secondMoment: (name: string) => `second_moment/${name}`,
  gradient: (name: string) => `gradient/${name}`,
  updated: (port: string) => `updated/${port}`,
  learningRate: 'learning_rate',
  /** From 1. */
  step: 'step_number',
  loss: 'loss',
  gradientNorm: 'gradient_norm',
  taskInput: (task: string, input: string) => `batch/${task}/${input}`,
  taskLoss: (task: string) => `loss/${task}`,
  taskCounted: (task: string) => `counted/${task}`,
  taskMetric: (task: string, metric: string) => `metric/${task}/${metric}`,
} as const;
