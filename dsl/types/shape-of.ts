import type { Dtype } from '../dtype.ts';
import type { Shape, Tensor } from '../tensor.ts';

/** The shape of a tensor's type; a number is a scalar, and any, after a problem, says nothing. */
export type ShapeOfTensor<T> = 0 extends T & 1
  ? Shape
  : T extends Tensor<Dtype, infer S>
    ? S
    : T extends number
      ? readonly []
      : Shape;
