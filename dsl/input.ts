import type { Dtype } from './dtype.ts';
import type { Shape, Tensor } from './tensor.ts';

/** A graph input: what the model is given when it runs. Its open sizes are named here (`'batch'`, `'text'`). */
export function input<D extends Dtype, const S extends Shape>(
  name: string,
  dtype: D,
  shape: S,
): Tensor<D, S> {
  return { dtype, shape, source: { kind: 'input', name } };
}
