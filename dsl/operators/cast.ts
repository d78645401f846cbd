import type { Dtype } from '../dtype.ts';
import { apply, defineOperator } from '../operator.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { foldable, numbersOf, pack } from './shared/elements.ts';
import { required } from './shared/inputs.ts';

export const castOperator = defineOperator<{ dtype: Dtype }>({
  name: 'cast',
  computesIn: 'any dtype',
  movement({ inputs: [x], attributes: { dtype } }, before) {
    if (x?.dtype === dtype) return x;
    const start = before?.inputs[0];
    return x !== undefined && start !== undefined && holds(x.dtype, start.dtype)
      ? cast(start, dtype)
      : undefined;
  },
  weight: 'none',
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

/** The dtypes that each dtype represents without loss: a cast there and on is the same as the direct cast. */
const REPRESENTS: Readonly<Partial<Record<Dtype, readonly Dtype[]>>> = {
  float32: ['float16', 'bfloat16', 'uint8', 'int8', 'bool'],
  int64: ['int32', 'uint8', 'int8', 'bool'],
  int32: ['uint8', 'int8', 'bool'],
  uint8: ['bool'],
  int8: ['bool'],
};

function holds(wide: Dtype, narrow: Dtype): boolean {
  return wide === narrow || REPRESENTS[wide]?.includes(narrow) === true;
}
