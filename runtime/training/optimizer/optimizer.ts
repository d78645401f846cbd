import type { Tensor } from '../../onnx-runtime.ts';

/** What the optimizer is told of the steps of a call. */
export interface StepNumbers {
  readonly learningRates: readonly number[];
  /** The first step of the call, from 0. */
  readonly first: number;
}

/** How a call of the step graph takes the training state to the next; memory is allocated once. */
export interface Optimizer {
  /** What the graph reads of the state and of learning rates, by the names of its inputs. */
  feeds(steps: StepNumbers): Record<string, Tensor>;
  /** Where the graph writes, by the names of its outputs. */
  fetches(): Record<string, Tensor>;
  /** After the run: the norm of the gradients of each step, before clipping. */
  gradientNorms(results: Readonly<Record<string, Tensor>>): readonly number[];
  /** Changes the state. Until then it is the one before the call. */
  commit(steps: StepNumbers): void;
}
