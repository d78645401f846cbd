import { authorsFault } from '../../artifact/authors-fault.ts';
import { type PlannedTask, PORTS } from '../../artifact/training-plan.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { type Graph, operationsOf } from '../../dsl/graph.ts';
import { input } from '../../dsl/input.ts';
import { describeShape } from '../../dsl/operator.ts';
import { gatherOperator } from '../../dsl/operators/gather.ts';
import type { Recipe, Task } from '../../dsl/program/recipe.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { countedSum } from './counted-sum.ts';

/** A task whose loss has been traced. */
export interface TracedTask {
  readonly plan: PlannedTask;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly loss: Tensor;
  /** Loss, metrics and what counts, by the names of the graph's outputs. */
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Traces the loss of a task from inputs named after it, on the recipe's own parameters.
 *
 * @throws ModelError when the loss or a metric is not a float32 scalar, or reads a parameter that is not the recipe's
 */
export function traceTask({ name, weight, inputs, loss: trace }: Task, { place }: Recipe): TracedTask {
  const planned = Object.entries(inputs).map(
    ([key, { dtype, shape }]) => [key, { port: PORTS.taskInput(name, key), dtype, shape }] as const,
  );
  const tensors = planned.map(([key, { port, dtype, shape }]) => [key, input(port, dtype, shape)] as const);
  const traced = traceLoss(name, () => trace(Object.fromEntries(tensors)));
  const { loss, metrics } = 'loss' in traced ? traced : { loss: traced, metrics: {} };
  requireScalar(`the loss of task '${name}'`, loss);
  const metricPorts: Record<string, string> = {};
  const outputs: Record<string, Tensor> = { [PORTS.taskLoss(name)]: loss };
  for (const [metric, tensor] of Object.entries(metrics)) {
    requireScalar(`metric '${metric}' of task '${name}'`, tensor);
    const port = PORTS.taskMetric(name, metric);
    metricPorts[metric] = port;
    outputs[port] = tensor;
  }
  const sum = countedSum(
    loss,
    tensors.map(([, tensor]) => tensor),
  );
  const counted = PORTS.taskCounted(name);
  if (sum !== undefined) outputs[counted] = sum;
  const given = tensors.map(([, tensor], index) => [planned[index]?.[1].port ?? '', tensor] as const);
  const placed = place(
    { name: 'loss', inputs: Object.fromEntries(given), outputs: { ...outputs } },
    `the loss of task '${name}'`,
  );
  return {
    plan: {
      name,
      weight,
      inputs: Object.fromEntries(planned),
      rows: rowsOfTables(Object.fromEntries(tensors), outputs),
      loss: PORTS.taskLoss(name),
      metrics: metricPorts,
      ...(sum !== undefined && { counted }),
    },
    inputs: placed.inputs,
    loss: placed.outputs[PORTS.taskLoss(name)] ?? loss,
    outputs: placed.outputs,
  };
}

/** Of the inputs that pick rows of parameters as they are, how many rows there are: of tokens, the vocabulary's. */
function rowsOfTables(inputs: Graph['inputs'], outputs: Graph['outputs']): Readonly<Record<string, number>> {
  const names = new Map(Object.entries(inputs).map(([name, tensor]) => [tensor, name]));
  const rows: Record<string, number> = {};
  for (const { operator, inputs, attributes } of operationsOf({ name: 'loss', inputs: {}, outputs })) {
    const [table, indices] = inputs;
    if (operator !== gatherOperator || attributes.axis !== 0) continue;
    const name = indices && names.get(indices);
    const size = table?.source.kind === 'parameter' ? table.shape[0] : undefined;
    if (name === undefined || typeof size !== 'number') continue;
    rows[name] = Math.min(rows[name] ?? size, size);
  }
  return rows;
}

function traceLoss<T>(task: string, trace: () => T): T {
  try {
    return trace();
  } catch (error) {
    throw authorsFault(`the loss of task '${task}'`, error);
  }
}

function requireScalar(what: string, { dtype, shape }: Tensor): void {
  if (dtype === 'float32' && shape.length === 0) return;
  throw new ModelError(
    `${what} must be a float32 scalar, but it is ${dtype} ${describeShape(shape)}; reduce it with reduceMean or reduceSum`,
  );
}
