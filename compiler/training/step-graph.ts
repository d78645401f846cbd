import { type PlannedTask, PORTS } from '../../artifact/training-plan.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { type Graph, parametersOf } from '../../dsl/graph.ts';
import { input } from '../../dsl/input.ts';
import { add } from '../../dsl/operators/add.ts';
import { cast } from '../../dsl/operators/cast.ts';
import { scalar } from '../../dsl/operators/constant.ts';
import { multiply } from '../../dsl/operators/multiply.ts';
import type { ProgramParameter } from '../../dsl/program/program-parameter.ts';
import type { Recipe } from '../../dsl/program/recipe.ts';
import type { Operation, ParameterInfo, Tensor } from '../../dsl/tensor.ts';
import { gradients } from '../gradient/gradients.ts';
import { rowsOnce } from '../gradient/rows-once.ts';
import { writeOut } from '../gradient/write-out.ts';
import { adamW, type ParameterState } from './adamw.ts';
import { AsTrained } from './as-trained.ts';
import { traceTask } from './task-losses.ts';

/** A parameter that is learned, and the tensor of it that the recipe's graphs read. */
export interface LearnedParameter {
  readonly parameter: ProgramParameter;
  readonly tensor: Tensor;
}

export interface StepGraph {
  readonly graph: Graph;
  /** The losses of all tasks by the names of the graph's outputs, as their authors wrote them. */
  readonly losses: Graph['outputs'];
  readonly tasks: readonly PlannedTask[];
  /** The learned parameters that a loss reads, in the order of the recipe. */
  readonly trained: readonly LearnedParameter[];
  /** Those that a step sets to what it computes, without a gradient: running statistics. */
  readonly set: readonly LearnedParameter[];
}

export interface StepGraphOptions {
  /** Whether the graph ends with the gradients. Default false. */
  readonly optimizerOnHost?: boolean;
}

/**
 * One step of training as one graph of ordinary operators: losses of all tasks and the gradient of their weighted sum, then
 * clipping and AdamW unless the host makes them. Learned parameters come in, with the moments that AdamW keeps, and go out
 * updated; frozen ones stay parameters of the graph.
 *
 * @throws ModelError when a loss reads a parameter that is not among the recipe's parts, or none that is learned
 */
export function stepGraph(recipe: Recipe, { optimizerOnHost = false }: StepGraphOptions = {}): StepGraph {
  const step = input(PORTS.step, 'float32', []);
  const asTrained = new AsTrained(recipe, cast(step, 'int64'));
  const tasks = recipe.tasks.map((task) => asTrained.task(traceTask(task, recipe)));
  const weighted = tasks
    .map(({ plan, loss }) => (plan.weight === 1 ? loss : multiply(loss, plan.weight)))
    .reduce((sum, each) => add(sum, each));
  const set = asTrained.parametersSet();
  const trained = trainedParameters(recipe, { name: 'loss', inputs: {}, outputs: { loss: weighted } }, set);
  const setParameters = [...recipe.parameters.values()].flatMap((parameter) => {
    const own = set.get(parameter);
    return own === undefined ? [] : [{ parameter, ...own }];
  });
  const forward = rowsOnce(
    {
      name: 'forward',
      inputs: {},
      outputs: {
        [PORTS.loss]: weighted,
        ...Object.assign({}, ...tasks.map((task) => task.outputs)),
        ...Object.fromEntries(
          setParameters.map(({ parameter: { name }, value }) => [PORTS.updated(PORTS.value(name)), value]),
        ),
      },
    },
    trained.map(({ tensor }) => tensor),
  ).outputs;
  const { [PORTS.loss]: loss = weighted } = forward;
  const recompute = recipe.recompute;
  const decomposed = new Set<Operation>();
  const slopes = gradients(
    [{ output: loss, cotangent: scalar(1) }],
    trained.map(({ tensor }) => tensor),
    { ...(recompute && { recompute }), onDecomposed: (operation) => decomposed.add(operation) },
  );

  const inputs: Record<string, Tensor> = {};
  const take = (name: string, tensor: Tensor): Tensor => {
    inputs[name] = tensor;
    return tensor;
  };
  const outputs: Record<string, Tensor> = { ...forward };
  for (const { parameter, tensor } of trained) take(PORTS.value(parameter.name), tensor);
  take(PORTS.step, step);
  for (const task of tasks) {
    Object.assign(inputs, task.inputs);
  }
  if (optimizerOnHost) {
    for (const [index, slope] of slopes.entries())
      outputs[PORTS.gradient(trained[index]?.parameter.name ?? '')] = slope;
  } else {
    const states = trained.map(({ parameter: { name, shape }, tensor }): ParameterState => {
      const moment = (port: string) => take(port, input(port, 'float32', shape));
      return {
        value: tensor,
        firstMoment: moment(PORTS.firstMoment(name)),
        secondMoment: moment(PORTS.secondMoment(name)),
      };
    });
    const learningRate = take(PORTS.learningRate, input(PORTS.learningRate, 'float32', []));
    const { states: next, gradientNorm } = adamW(states, slopes, { learningRate, step }, recipe.optimizer);
    outputs[PORTS.gradientNorm] = gradientNorm;
    for (const [index, { value, firstMoment, secondMoment }] of next.entries()) {
      const name = trained[index]?.parameter.name ?? '';
      outputs[PORTS.updated(PORTS.value(name))] = value;
      outputs[PORTS.updated(PORTS.firstMoment(name))] = firstMoment;
      outputs[PORTS.updated(PORTS.secondMoment(name))] = secondMoment;
    }
  }
  for (const { parameter, tensor } of setParameters) take(PORTS.value(parameter.name), tensor);
  return {
    graph: writeOut({ name: 'step', inputs, outputs }, decomposed),
    losses: Object.fromEntries(tasks.map(({ plan, loss }) => [plan.loss, loss])),
    tasks: tasks.map(({ plan }) => plan),
    trained,
    set: setParameters.map(({ parameter, tensor }) => ({ parameter, tensor })),
  };
}

/** Losses and metrics of the evaluation's tasks; the parameters that a step changes come in as they do there. */
export function evaluationGraph(
  recipe: Recipe,
  changed: readonly LearnedParameter[],
): { readonly graph: Graph; readonly tasks: readonly PlannedTask[] } | undefined {
  if (recipe.evaluation === undefined) return undefined;
  const tasks = recipe.evaluation.tasks.map((task) => traceTask(task, recipe));
  const outputs = Object.assign({}, ...tasks.map((task) => task.outputs));
  const parameters = changed.map(({ parameter, tensor }) => [PORTS.value(parameter.name), tensor]);
  const inputs = Object.assign(Object.fromEntries(parameters), ...tasks.map((task) => task.inputs));
  return { graph: { name: 'evaluation', inputs, outputs }, tasks: tasks.map(({ plan }) => plan) };
}

function trainedParameters(
  recipe: Recipe,
  graph: Graph,
  set: ReadonlyMap<ParameterInfo, unknown>,
): readonly LearnedParameter[] {
  const read = new Map<ParameterInfo, Tensor>(
    parametersOf(graph).map((tensor) => [tensor.source.parameter, tensor]),
  );
  const trained = [...recipe.parameters.values()].flatMap((parameter) => {
    const tensor = parameter.trainable && !set.has(parameter) ? read.get(parameter) : undefined;
    return tensor === undefined ? [] : [{ parameter, tensor }];
  });
  if (trained.length > 0) return trained;
  throw new ModelError(
    `recipe '${recipe.name}': the losses read no parameter that is learned; use the parts in the losses, and leave some out of frozen(...)`,
  );
}
