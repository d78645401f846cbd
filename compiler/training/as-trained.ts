import type { Recipe } from '../../dsl/program/recipe.ts';
import { equalShapes } from '../../dsl/shape/dim.ts';
import type { InTraining, ParameterInfo, Shape, Tensor } from '../../dsl/tensor.ts';
import { rewrite } from '../graph/rewrite.ts';
import { RandomBits } from './random-bits.ts';
import type { TracedTask } from './task-losses.ts';

/** A parameter that the step sets to a value, besides those that it learns. */
export interface SetParameter {
  readonly tensor: Tensor;
  readonly value: Tensor;
}

/** A recipe's tasks as a step trains them: every operator in its meaning of training (`Operator.inTraining`). */
export class AsTrained implements InTraining {
  readonly #random: RandomBits;
  readonly #trainable: ReadonlySet<ParameterInfo>;
  readonly #set = new Map<ParameterInfo, SetParameter>();

  /** @param step the step's number, an int64 scalar */
  constructor({ seed, parameters }: Recipe, step: Tensor) {
    this.#random = new RandomBits(seed, step);
    this.#trainable = new Set([...parameters.values()].filter(({ trainable }) => trainable));
  }

  /** The task with its losses and metrics as they are in training. */
  task(traced: TracedTask): TracedTask {
    const graph = { name: 'loss', inputs: traced.inputs, outputs: traced.outputs };
    const { outputs } = rewrite(graph, (operation) => operation.operator.inTraining?.(operation, this));
    return { ...traced, outputs, loss: outputs[traced.plan.loss] ?? traced.loss };
  }

  set(parameter: Tensor, value: Tensor): void {
    const info = infoOf(parameter);
    if (info === undefined || !equalShapes(parameter.shape, value.shape))
      throw new Error('a step can set a parameter to a value of its shape, and nothing else');
    this.#set.set(info, { tensor: parameter, value });
  }

  bernoulli(probability: number, shape: Shape): Tensor {
    return this.#random.bernoulli(probability, shape);
  }

  changes(tensor: Tensor): boolean {
    const info = infoOf(tensor);
    return info !== undefined && this.#trainable.has(info);
  }

  current(parameter: Tensor): Tensor {
    const info = infoOf(parameter);
    return (info && this.#set.get(info)?.value) ?? parameter;
  }

  /** The parameters that the tasks set. */
  parametersSet(): ReadonlyMap<ParameterInfo, SetParameter> {
    return this.#set;
  }
}

function infoOf({ source }: Tensor): ParameterInfo | undefined {
  return source.kind === 'parameter' ? source.parameter : undefined;
}
