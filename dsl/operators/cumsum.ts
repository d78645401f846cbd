import type { Dtype } from '../dtype.ts';
import { apply, defineOperator } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { HasAxis } from '../types/axis.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import { foldLines } from './shared/along-axis.ts';
import { checkDtype, required } from './shared/inputs.ts';

export interface CumsumOptions {
  /** Leave each element itself out of its sum. Default false. */
  readonly exclusive?: boolean;
  /** Sum from the end towards the start. Default false. */
  readonly reverse?: boolean;
}

export const cumsumOperator = defineOperator<{ axis: number; exclusive: boolean; reverse: boolean }>({
  name: 'cumsum',
  computesIn: 'float32',
  movement: 'none',
  weight: 'none',
  infer(inputs, { axis }) {
    const x = required('cumsum', inputs, 0, 'x');
    checkDtype('cumsum', 'x', x, ['float32', 'int64', 'int32']);
    resolveAxis('cumsum', x.shape, axis);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower(emit, inputs, { attributes: { axis, exclusive, reverse } }) {
    return [emit.node('CumSum', [...inputs, emit.scalar(axis, 'int64')], { exclusive, reverse })];
  },
  // An element is part of the sums after it, so their cotangents are summed from the other end.
  gradient: ({ cotangent, attributes: { axis, exclusive, reverse } }) => [
    cumsum(cotangent, axis, { exclusive, reverse: !reverse }),
  ],
  fold([x], { axis, exclusive, reverse }, [type]) {
    const inOrder = (line: readonly number[]) => (reverse ? line.toReversed() : line);
    return foldLines('cumsum', [x, type], axis, (line) => {
      let sum = 0;
      const running = inOrder(line).map((value) => {
        const before = sum;
        sum += value;
        return exclusive ? before : sum;
      });
      return inOrder(running);
    });
  },
});

/**
 * The running sum along one axis: `result[i] = x[0] + ... + x[i]`. float32, int64 or int32; cast booleans to count.
 *
 * @param axis may count from the end; default -1
 */
export function cumsum<D extends Dtype, S extends Shape, A extends number = -1>(
  x: Checked<Accept<'cumsum', 'x', D, 'float32 or int64 or int32'>, Tensor<D, S>>,
  axis?: Checked<HasAxis<'cumsum', S, A>, A>,
  options?: CumsumOptions,
): Result<D, Accept<'cumsum', 'x', D, 'float32 or int64 or int32', HasAxis<'cumsum', S, A>>>;
export function cumsum(x: Tensor, axis = -1, options: CumsumOptions = {}): Tensor {
  const { exclusive = false, reverse = false } = options;
  return apply(cumsumOperator, [x], { axis, exclusive, reverse });
}
