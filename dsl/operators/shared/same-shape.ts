import type { Dtype } from '../../dtype.ts';
import { apply, type Operator } from '../../operator.ts';
import type { Shape, Tensor } from '../../tensor.ts';

/** A function applied to every element: dtype and shape are kept. */
export type Elementwise = <D extends Dtype, S extends Shape>(x: Tensor<D, S>) => Tensor<D, S>;

/** The author's function of an operator over the elements of one tensor. */
export function elementwise(operator: Operator<Record<string, never>>): Elementwise {
  // The operator's shape rule gives its input's dtype and shape, which types cannot follow.
  return <D extends Dtype, S extends Shape>(x: Tensor<D, S>) => apply(operator, [x], {}) as Tensor<D, S>;
}
