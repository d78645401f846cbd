import type { Dtype } from '../dtype.ts';
import { apply, defineOperator, type Operator } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import { reduceShape } from '../shape/reduce.ts';
import type { Tensor } from '../tensor.ts';
import { checkDtype, FLOATS, NUMBERS, required } from './shared/inputs.ts';

type ReduceAttributes = { axes: readonly number[]; keep: boolean };

export const reduceSumOperator = reduction('reduceSum', 'ReduceSum', NUMBERS);
export const reduceMeanOperator = reduction('reduceMean', 'ReduceMean', FLOATS);
export const reduceMaxOperator = reduction('reduceMax', 'ReduceMax', NUMBERS);
export const reduceMinOperator = reduction('reduceMin', 'ReduceMin', NUMBERS);

function reduction(name: string, onnx: string, accepts: readonly Dtype[]): Operator<ReduceAttributes> {
  return defineOperator<ReduceAttributes>({
    name,
    infer(inputs, { axes, keep }) {
      const x = required(name, inputs, 0, 'x');
      checkDtype(name, 'x', x, accepts);
      return [{ dtype: x.dtype, shape: reduceShape(name, x.shape, axes, keep) }];
    },
    lower(emit, inputs, { attributes: { axes, keep } }) {
      // Without this, ONNX reads an empty list of axes as all of them.
      if (axes.length === 0) return [emit.node('Identity', inputs)];
      return [emit.node(onnx, [...inputs, emit.shape(axes)], { keepdims: keep })];
    },
  });
}

function reduceBy(
  operator: Operator<ReduceAttributes>,
  x: Tensor,
  axes: readonly number[] | undefined,
  keep: boolean,
): Tensor {
  const rank = x.shape.length;
  const all = axes ?? x.shape.map((_dim, axis) => axis);
  // Axes that do not exist are left as they are for the shape rule to refuse.
  const places = all.map((axis) =>
    axis < 0 && axis >= -rank ? resolveAxis(operator.name, x.shape, axis) : axis,
  );
  return apply(operator, [x], { axes: places, keep });
}

/**
 * The sum over some axes.
 *
 * @param axes may count from the end; default all of them
 * @param keep leave an axis of size 1 in the place of each; default false
 */
export function reduceSum(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return reduceBy(reduceSumOperator, x, axes, keep);
}

/** The mean over some axes; axes and `keep` as in `reduceSum`. Floats only. */
export function reduceMean(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return reduceBy(reduceMeanOperator, x, axes, keep);
}

/** The largest value over some axes; axes and `keep` as in `reduceSum`. An axis without elements is refused when run. */
export function reduceMax(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return reduceBy(reduceMaxOperator, x, axes, keep);
}

/** The smallest value over some axes; axes and `keep` as in `reduceSum`. An axis without elements is refused when run. */
export function reduceMin(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return reduceBy(reduceMinOperator, x, axes, keep);
}
