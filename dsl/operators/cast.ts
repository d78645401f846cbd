import type { Dtype } from '../dtype.ts';
import { apply, defineOperator } from '../operator.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { foldable, numbersOf, pack } from './shared/elements.ts';
import { required } from './shared/inputs.ts';

export const castOperator = defineOperator<{ dtype: Dtype }>({
  name: 'cast',
  infer(inputs, { dtype }) {
    return [{ dtype, shape: required('cast', inputs, 0, 'x').shape }];
  },
  lower(emit, inputs, { attributes }) {
    return [emit.node('Cast', inputs, { to: { type: attributes.dtype } })];
  },
  gradient: ({ cotangent, input }) => [cast(cotangent, input(0).dtype)],
  fold([x], { dtype }, types) {
    if (x === undefined || !foldable([x], types)) return undefined;
    const numbers = numbersOf(x.data);
    const data = numbers === undefined ? undefined : pack(numbers, dtype);
    return data === undefined ? undefined : [data];
  },
});

/**
 * The same values in another dtype: floats are truncated towards zero to integers, anything but 0 is true, true is 1.
 * The tensor itself when it has that dtype already.
 */
export function cast<S extends Shape, D extends Dtype>(x: Tensor<Dtype, S>, dtype: D): Tensor<D, S>;
export function cast(x: Tensor, dtype: Dtype): Tensor {
  return x.dtype === dtype ? x : apply(castOperator, [x], { dtype });
}
