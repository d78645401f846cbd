import type { Dtype } from '../dtype.ts';
import { apply, defineOperator } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { HasAxis } from '../types/axis.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import { checkDtype, required } from './shared/inputs.ts';

export interface CumulativeSumOptions {
  /** Leave each element itself out of its sum. Default false. */
  readonly exclusive?: boolean;
  /** Sum from the end towards the start. Default false. */
  readonly reverse?: boolean;
}

export const cumulativeSumOperator = defineOperator<{ axis: number; exclusive: boolean; reverse: boolean }>({
  name: 'cumulativeSum',
  computesIn: 'float32',
  movement: 'none',
  weight: 'none',
  infer(inputs, { axis }) {
    const x = required('cumulativeSum', inputs, 0, 'x');
    checkDtype('cumulativeSum', 'x', x, ['float32', 'int64', 'int32']);
    resolveAxis('cumulativeSum', x.shape, axis);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower(emit, inputs, { attributes: { axis, exclusive, reverse } }) {
    return [emit.node('CumSum', [...inputs, emit.scalar(axis, 'int64')], { exclusive, reverse })];
  },
  // An element is part of the sums after it, so their cotangents are summed from the other end.
  gradient: ({ cotangent, attributes: { axis, exclusive, reverse } }) => [
    cumulativeSum(cotangent, axis, { exclusive, reverse: !reverse }),
  ],
});

/**
 * The running sum along one axis: `result[i] = x[0] + ... + x[i]`. float32, int64 or int32; cast booleans to count.
 *
 * @param axis may count from the end; default -1
 */
export function cumulativeSum<D extends Dtype, S extends Shape, A extends number = -1>(
  x: Checked<Accept<'cumulativeSum', 'x', D, 'float32 or int64 or int32'>, Tensor<D, S>>,
  axis?: Checked<HasAxis<'cumulativeSum', S, A>, A>,
  options?: CumulativeSumOptions,
): Result<D, Accept<'cumulativeSum', 'x', D, 'float32 or int64 or int32', HasAxis<'cumulativeSum', S, A>>>;
export function cumulativeSum(x: Tensor, axis = -1, options: CumulativeSumOptions = {}): Tensor {
  const { exclusive = false, reverse = false } = options;
  return apply(cumulativeSumOperator, [x], { axis, exclusive, reverse });
}
