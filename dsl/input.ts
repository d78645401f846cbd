import { atCallSite } from './at-call-site.ts';
import type { Dtype } from './dtype.ts';
import { canonicalDim } from './shape/dim.ts';
import type { Shape, Tensor } from './tensor.ts';
import type { CanonicalShape } from './types/dim.ts';

/**
 * A graph input: what the model is given when it runs. Its open sizes are named here (`'batch'`, `'text'`).
 *
 * @throws ModelError when a size is neither a whole number nor names, sums and products
 */
export function input<D extends Dtype, const S extends Shape>(
  name: string,
  dtype: D,
  shape: S,
): Tensor<D, CanonicalShape<S>>;
export function input(name: string, dtype: Dtype, shape: Shape): Tensor {
  const sizes = atCallSite(() => shape.map(canonicalDim));
  return Object.freeze({
    dtype,
    shape: Object.freeze(sizes),
    source: Object.freeze({ kind: 'input', name }),
  });
}
