import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { resolveAxis } from '../shape/axis.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { HasAxis } from '../types/axis.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Both, Checked } from '../types/problem.ts';
import type { ValuesAndIndices } from '../types/shape/top-k.ts';
import { checkDtype, ORDERED } from './shared/inputs.ts';
import { topK } from './top-k.ts';

export interface SortOptions {
  /** Largest first. Default false. */
  readonly descending?: boolean;
}

/**
 * The elements along one axis in order, and where they were: `[values, indices]`, both in x's shape. Stable: equal
 * elements stay in the order in which they come, in either direction. Where NaN comes is not defined. `topK` of the
 * whole axis.
 *
 * @param x floats, int64 or int32
 * @param axis may count from the end; default -1
 * @returns values of x's dtype, indices int64
 */
export function sort<D extends Dtype, S extends Shape, A extends number = -1>(
  x: Checked<Accept<'sort', 'x', D, 'a float dtype or int64 or int32'>, Tensor<D, S>>,
  axis?: Checked<HasAxis<'sort', S, A>, A>,
  options?: SortOptions,
): ValuesAndIndices<
  D,
  Both<Accept<'sort', 'x', D, 'a float dtype or int64 or int32'>, HasAxis<'sort', S, A>>
>;
export function sort(x: Tensor, axis = -1, { descending = false }: SortOptions = {}): readonly Tensor[] {
  return atCallSite(() => {
    checkDtype('sort', 'x', x, ORDERED);
    const size = x.shape[resolveAxis('sort', x.shape, axis)] ?? 0;
    return topK(x, size, axis, { largest: descending });
  });
}
