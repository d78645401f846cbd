import { apply, defineOperator } from '../operator.ts';
import { canonicalDim } from '../shape/dim.ts';
import type { Dim, Tensor } from '../tensor.ts';

export const sizeOfOperator = defineOperator<{ size: Dim }>({
  name: 'sizeOf',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(_inputs, { size }) {
    canonicalDim(size); // refuses what is not a size
    return [{ dtype: 'int64', shape: [] }];
  },
  lower: (emit, _inputs, { attributes }) => [emit.size(attributes.size)],
  gradient: 'zero',
  fold: (_inputs, { size }) => (typeof size === 'number' ? [BigInt64Array.of(BigInt(size))] : undefined),
});

/** A size as an int64 scalar, to compute with what is known only when the model runs: `sizeOf('past')`. */
export function sizeOf(size: Dim): Tensor<'int64', readonly []>;
export function sizeOf(size: Dim): Tensor {
  return apply(sizeOfOperator, [], { size });
}
