import { apply, defineOperator, fail } from '../operator.ts';
import { canonicalDim } from '../shape/dim.ts';
import type { Dim, Tensor } from '../tensor.ts';
import type { Canonical } from '../types/dim.ts';
import { foldable } from './shared/elements.ts';

export const arangeOperator = defineOperator<{ size: Dim }>({
  name: 'arange',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(_inputs, { size }) {
    const dim = canonicalDim(size);
    if (typeof dim === 'number' && dim < 0) fail(`arange: the size must be 0 or more, but it is ${dim}`);
    return [{ dtype: 'int64', shape: [dim] }];
  },
  lower(emit, _inputs, { attributes: { size } }) {
    return [emit.node('Range', [emit.scalar(0, 'int64'), emit.size(size), emit.scalar(1, 'int64')])];
  },
  gradient: 'zero',
  fold(_inputs, { size }, types) {
    if (typeof size !== 'number' || !foldable([], types)) return undefined;
    return [BigInt64Array.from({ length: size }, (_, index) => BigInt(index))];
  },
});

/** The whole numbers from 0 up to a size, not included: int64 `[size]`. The size may be open: `arange('past+text')`. */
export function arange<D extends Dim>(size: D): Tensor<'int64', readonly [Canonical<D>]>;
export function arange(size: Dim): Tensor {
  return apply(arangeOperator, [], { size });
}
