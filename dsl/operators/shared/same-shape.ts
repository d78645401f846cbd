import type { Dtype } from '../../dtype.ts';
import { apply } from '../../operator.ts';
import type { Operator, Shape, Tensor } from '../../tensor.ts';
import type { Accept, DtypeGroup } from '../../types/dtypes.ts';
import type { Checked, Result } from '../../types/problem.ts';
import type { NoAttributes } from './inputs.ts';

/** A function of every element: shape and dtype are kept, and only some dtypes are computed with. */
export type Elementwise<Name extends string, G extends DtypeGroup> = <D extends Dtype, S extends Shape>(
  x: Checked<Accept<Name, 'x', D, G>, Tensor<D, S>>,
) => Result<D, Accept<Name, 'x', D, G, S>>;

/** The author's function of an operator over the elements of one tensor. */
export function elementwise<Name extends string, G extends DtypeGroup>(
  name: Name,
  accepts: G,
  operator: Operator<NoAttributes>,
): Elementwise<Name, G>;
export function elementwise(_name: string, _accepts: string, operator: Operator<NoAttributes>) {
  return (x: Tensor): Tensor => apply(operator, [x], {});
}
