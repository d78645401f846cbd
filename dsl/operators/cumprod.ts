import type { Dtype } from '../dtype.ts';
import { apply, defineOperator } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { HasAxis } from '../types/axis.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import { arange } from './arange.ts';
import { greaterOrEqual } from './comparison.ts';
import { concat } from './concat.ts';
import { scalar } from './constant.ts';
import { expand } from './expand.ts';
import { gather } from './gather.ts';
import { maximum } from './maximum.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';
import { foldLines } from './shared/along-axis.ts';
import { checkDtype, required } from './shared/inputs.ts';
import { slice } from './slice.ts';
import { subtract } from './subtract.ts';
import { where } from './where.ts';

/** An axis has less than 2 to the power of this many elements, whatever it is when the model runs. */
const LONGEST = 31;

export const cumprodOperator = defineOperator<{ axis: number }>({
  name: 'cumprod',
  computesIn: 'float32',
  movement: 'none',
  weight: 'none',
  infer(inputs, { axis }) {
    const x = required('cumprod', inputs, 0, 'x');
    checkDtype('cumprod', 'x', x, ['float32', 'int64', 'int32']);
    resolveAxis('cumprod', x.shape, axis);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  // ONNX has no such operator before opset 26. After each round every element is the product of twice as many.
  decompose(inputs, { axis }) {
    const x = required('cumprod', inputs, 0, 'x');
    const place = resolveAxis('cumprod', x.shape, axis);
    const size = x.shape[place] ?? 0;
    const rounds = typeof size === 'number' ? Math.ceil(Math.log2(Math.max(size, 1))) : LONGEST;
    const products = Array.from({ length: rounds }).reduce<Tensor>(
      (product, _, round) => multiply(product, shifted(product, place, 2 ** round)),
      x,
    );
    return [products];
  },
  gradient: 'through decomposition',
  fold: ([x], { axis }, [type]) =>
    foldLines('cumprod', [x, type], axis, (line) => {
      let product = 1;
      return line.map((value) => {
        product *= value;
        return product;
      });
    }),
});

/** x further along the axis, with ones before it. */
function shifted(x: Tensor, axis: number, by: number): Tensor {
  const size: Dim = x.shape[axis] ?? 0;
  if (typeof size === 'number') {
    const ones = expand(scalar(1, x.dtype), x.shape.with(axis, by));
    return concat([ones, slice(x, axis, 0, size - by)], axis);
  }
  const sources = subtract(arange(size), by);
  const there = reshape(greaterOrEqual(sources, 0), [size, ...x.shape.slice(axis + 1).map(() => 1)]);
  return where(there, gather(x, maximum(sources, 0), axis), 1);
}

/**
 * The running product along one axis: `result[i] = x[0] * ... * x[i]`. float32, int64 or int32. Written as
 * `log2(size)` rounds of products; an open axis takes 31, most of which multiply by ones. The gradient is exact at
 * zeros too.
 *
 * @param axis may count from the end; default -1
 */
export function cumprod<D extends Dtype, S extends Shape, A extends number = -1>(
  x: Checked<Accept<'cumprod', 'x', D, 'float32 or int64 or int32'>, Tensor<D, S>>,
  axis?: Checked<HasAxis<'cumprod', S, A>, A>,
): Result<D, Accept<'cumprod', 'x', D, 'float32 or int64 or int32', HasAxis<'cumprod', S, A>>>;
export function cumprod(x: Tensor, axis = -1): Tensor {
  return apply(cumprodOperator, [x], { axis });
}
