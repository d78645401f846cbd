import { operationsUnder } from '../../dsl/graph.ts';
import { add } from '../../dsl/operators/add.ts';
import { cast } from '../../dsl/operators/cast.ts';
import { divideOperator } from '../../dsl/operators/divide.ts';
import { maximumOperator } from '../../dsl/operators/maximum.ts';
import { reduceSum, reduceSumOperator } from '../../dsl/operators/reduce.ts';
import type { Operation, Operator, Tensor } from '../../dsl/tensor.ts';

/**
 * How much of a task's batch counts, where its loss is a mean over what inputs count: the sum of what is divided by.
 * Such a loss divides by `maximum(reduceSum(counted), least)`, and is 0 where nothing counts, as if all were learned.
 *
 * @param inputs of the task
 * @returns a float32 scalar; undefined where the loss is no such mean
 */
export function countedSum(loss: Tensor, inputs: readonly Tensor[]): Tensor | undefined {
  const sums = operationsUnder([loss]).flatMap((operation) => {
    if (operation.operator !== divideOperator) return [];
    const divisor = from(operation.inputs[1], maximumOperator);
    return (divisor?.inputs ?? []).flatMap((part) => {
      const sum = from(part, reduceSumOperator);
      return part !== undefined && sum !== undefined && isOfInputs(sum, inputs) ? [scalarOf(part)] : [];
    });
  });
  return sums.length === 0 ? undefined : sums.reduce((all, each) => add(all, each));
}

function from(tensor: Tensor | undefined, operator: Operator): Operation | undefined {
  if (tensor?.source.kind !== 'operation') return undefined;
  const { operation } = tensor.source;
  return operation.operator === operator ? operation : undefined;
}

/** Whether it comes from a task's inputs, and from no parameter. */
function isOfInputs(operation: Operation, inputs: readonly Tensor[]): boolean {
  const read = operationsUnder(operation.outputs).flatMap(({ inputs }) => inputs);
  return (
    read.some((tensor) => tensor !== undefined && inputs.includes(tensor)) &&
    !read.some((tensor) => tensor?.source.kind === 'parameter')
  );
}

function scalarOf(sum: Tensor): Tensor {
  const value = cast(sum, 'float32');
  return value.shape.length === 0 ? value : reduceSum(value);
}
