import { apply, defineOperator } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import type { Tensor } from '../tensor.ts';
import type { HasAxis } from '../types/axis.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { FloatShape } from '../types/shape/last-axis.ts';
import type { ShapeOfTensor } from '../types/shape-of.ts';
import { divide } from './divide.ts';
import { multiply } from './multiply.ts';
import { reduceMax, reduceSum } from './reduce.ts';
import { checkDtype, FLOATS, required } from './shared/inputs.ts';
import { subtract } from './subtract.ts';
import { exp, log } from './unary.ts';

export const softmaxOperator = defineOperator<{ axis: number }>({
  name: 'softmax',
  computesIn: 'float32',
  movement: 'none',
  weight: 'none',
  infer(inputs, { axis }) {
    const x = required('softmax', inputs, 0, 'x');
    checkDtype('softmax', 'x', x, FLOATS);
    resolveAxis('softmax', x.shape, axis);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (emit, inputs, { attributes }) => [emit.node('Softmax', inputs, { axis: attributes.axis })],
  decompose(inputs, { axis }) {
    const x = required('softmax', inputs, 0, 'x');
    // The same for any number taken away from x; the largest keeps exp from overflowing.
    const powers = exp(subtract(x, reduceMax(x, [axis], true)));
    return [divide(powers, reduceSum(powers, [axis], true))];
  },
  gradient({ cotangent, result, attributes: { axis } }) {
    const weighted = multiply(cotangent, result);
    return [subtract(weighted, multiply(result, reduceSum(weighted, [axis], true)))];
  },
});

export const logSoftmaxOperator = defineOperator<{ axis: number }>({
  name: 'logSoftmax',
  computesIn: 'float32',
  movement: 'none',
  weight: 'none',
  infer(inputs, { axis }) {
    const x = required('logSoftmax', inputs, 0, 'x');
    checkDtype('logSoftmax', 'x', x, FLOATS);
    resolveAxis('logSoftmax', x.shape, axis);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (emit, inputs, { attributes }) => [emit.node('LogSoftmax', inputs, { axis: attributes.axis })],
  decompose(inputs, { axis }) {
    const x = required('logSoftmax', inputs, 0, 'x');
    const shifted = subtract(x, reduceMax(x, [axis], true));
    return [subtract(shifted, log(reduceSum(exp(shifted), [axis], true)))];
  },
  gradient: ({ cotangent, result, attributes: { axis } }) => [
    subtract(cotangent, multiply(exp(result), reduceSum(cotangent, [axis], true))),
  ],
});

/**
 * `exp(x) / sum(exp(x))` along one axis: positive numbers that sum to 1. A row of only -Infinity gives NaN; for masked
 * attention use `attention`, which gives zero.
 *
 * @param axis may count from the end; default -1
 */
export function softmax<X extends Tensor, A extends number = -1>(
  x: Checked<FloatShape<'softmax', X>, X>,
  axis?: Checked<HasAxis<'softmax', ShapeOfTensor<X>, A>, A>,
): Result<DtypeOfTensor<X>, Both<FloatShape<'softmax', X>, HasAxis<'softmax', ShapeOfTensor<X>, A>>>;
export function softmax(x: Tensor, axis = -1): Tensor {
  return apply(softmaxOperator, [x], { axis });
}

/** `log(softmax(x))`, computed without losing small probabilities. Axis as in `softmax`. */
export function logSoftmax<X extends Tensor, A extends number = -1>(
  x: Checked<FloatShape<'logSoftmax', X>, X>,
  axis?: Checked<HasAxis<'logSoftmax', ShapeOfTensor<X>, A>, A>,
): Result<DtypeOfTensor<X>, Both<FloatShape<'logSoftmax', X>, HasAxis<'logSoftmax', ShapeOfTensor<X>, A>>>;
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return apply(logSoftmaxOperator, [x], { axis });
}
