import { type PlannedTask, PORTS } from '../../artifact/training-plan.ts';
import { type Graph, parametersOf } from '../../dsl/graph.ts';
import { input } from '../../dsl/input.ts';
import { ModelError } from '../../dsl/model-error.ts';
import { add } from '../../dsl/operators/add.ts';
import { scalar } from '../../dsl/operators/constant.ts';
import { multiply } from '../../dsl/operators/multiply.ts';
import type { Parameter } from '../../dsl/parameter.ts';
import type { Recipe } from '../../dsl/recipe.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { gradients } from '../gradient/gradients.ts';
import { adamW, type ParameterState } from './adamw.ts';
import { traceTask } from './task-losses.ts';

export interface StepGraph {
  readonly graph: Graph;
  readonly tasks: readonly PlannedTask[];
  /** The learned parameters that a loss reads, in the order of the recipe. */
  readonly trained: readonly Parameter[];
}

/**
 * One step of training as one graph of ordinary operators: losses of all tasks, the gradient of their weighted sum,
 * clipping, AdamW. Learned parameters and their moments come in and go out; frozen ones stay parameters of the graph.
 *
 * @throws ModelError when a loss reads a parameter that is not among the recipe's parts, or none that is learned
 */
export function stepGraph(recipe: Recipe): StepGraph {
  const tasks = recipe.tasks.map(traceTask);
  const loss = tasks
    .map(({ plan, loss }) => (plan.weight === 1 ? loss : multiply(loss, plan.weight)))
    .reduce((sum, each) => add(sum, each));
  const trained = trainedParameters(recipe, { name: 'loss', inputs: {}, outputs: { loss } });
  const recompute = recipe.recompute;
  const slopes = gradients([{ output: loss, cotangent: scalar(1) }], trained, recompute && { recompute });

  const inputs: Record<string, Tensor> = {};
  const take = (name: string, tensor: Tensor): Tensor => {
    inputs[name] = tensor;
    return tensor;
  };
  const states = trained.map((parameter): ParameterState => {
    const { name = '', shape } = parameter.source.parameter;
    const moment = (port: string) => take(port, input(port, 'float32', shape));
    return {
      value: take(PORTS.value(name), parameter),
      firstMoment: moment(PORTS.firstMoment(name)),
      secondMoment: moment(PORTS.secondMoment(name)),
    };
  });
  const learningRate = take(PORTS.learningRate, input(PORTS.learningRate, 'float32', []));
  const step = take(PORTS.step, input(PORTS.step, 'float32', []));
  for (const task of tasks) Object.assign(inputs, task.inputs);
  const { states: next, gradientNorm } = adamW(states, slopes, { learningRate, step }, recipe.optimizer);

  const outputs: Record<string, Tensor> = { [PORTS.loss]: loss, [PORTS.gradientNorm]: gradientNorm };
  for (const task of tasks) Object.assign(outputs, task.outputs);
  for (const [index, { value, firstMoment, secondMoment }] of next.entries()) {
    const name = trained[index]?.source.parameter.name ?? '';
    outputs[PORTS.updated(PORTS.value(name))] = value;
    outputs[PORTS.updated(PORTS.firstMoment(name))] = firstMoment;
    outputs[PORTS.updated(PORTS.secondMoment(name))] = secondMoment;
  }
  return { graph: { name: 'step', inputs, outputs }, tasks: tasks.map(({ plan }) => plan), trained };
}

/** Losses and metrics of the evaluation's tasks; the parameters in `trained` come in as they do in a step. */
export function evaluationGraph(
  recipe: Recipe,
  trained: readonly Parameter[],
): { readonly graph: Graph; readonly tasks: readonly PlannedTask[] } | undefined {
  if (recipe.evaluation === undefined) return undefined;
  const tasks = recipe.evaluation.tasks.map(traceTask);
  const outputs = Object.assign({}, ...tasks.map((task) => task.outputs));
  const parameters = trained.map((parameter) => [
    PORTS.value(parameter.source.parameter.name ?? ''),
    parameter,
  ]);
  const inputs = Object.assign(Object.fromEntries(parameters), ...tasks.map((task) => task.inputs));
  return { graph: { name: 'evaluation', inputs, outputs }, tasks: tasks.map(({ plan }) => plan) };
}

function trainedParameters(recipe: Recipe, graph: Graph): readonly Parameter[] {
  const read = new Map<object, Parameter>();
  for (const parameter of parametersOf(graph)) {
    const { name, shape } = parameter.source.parameter;
    if (name === undefined || recipe.parameters.get(name) !== parameter.source.parameter) {
      throw new ModelError(
        `recipe '${recipe.name}': a loss reads a parameter [${shape.join(', ')}] that is not in the recipe's parts; put all that the losses use into parts`,
      );
    }
    if (!read.has(parameter.source.parameter)) read.set(parameter.source.parameter, parameter);
  }
  const trained = [...recipe.parameters.values()].flatMap((info) => {
    const parameter = info.trainable ? read.get(info) : undefined;
    return parameter === undefined ? [] : [parameter];
  });
  if (trained.length > 0) return trained;
  throw new ModelError(
    `recipe '${recipe.name}': the losses read no parameter that is learned; use the parts in the losses, and leave some out of frozen(...)`,
  );
}
