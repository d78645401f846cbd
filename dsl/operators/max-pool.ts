import { atCallSite } from '../at-call-site.ts';
import { apply, applyAll, defineOperator } from '../operator.ts';
import { multiplyDims } from '../shape/dim.ts';
import type { Window, WindowOptions } from '../shape/window.ts';
import type { Operator, Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Pool } from '../types/shape/pool.ts';
import { reshape } from './reshape.ts';
import { scatterAdd } from './scatter-add.ts';
import { fixedShape } from './shared/dims.ts';
import { foldable } from './shared/elements.ts';
import {
  isSymmetric,
  type PoolOptions,
  pooledType,
  poolingOf,
  surrounded,
  unpadded,
  valuesSeen,
} from './shared/pooling.ts';

/** Of a largest value in a window: stride that of the kernel, padding 0, dilation 1 unless given. */
export interface MaxPoolOptions extends PoolOptions, Pick<WindowOptions, 'dilation'> {}

type MaxPoolAttributes = Window & { readonly kernel: readonly number[]; readonly indices: boolean };

export const maxPoolOperator: Operator<MaxPoolAttributes> = defineOperator<MaxPoolAttributes>({
  name: 'maxPool',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { kernel, indices, ...window }) {
    const type = pooledType('maxPool', inputs, kernel, window);
    return [type, ...(indices ? [{ dtype: 'int64', shape: type.shape } as const] : [])];
  },
  lower(emit, inputs, { attributes: { kernel, stride, padding, dilation, indices } }) {
    const attributes = { kernel_shape: kernel, strides: stride, pads: padding, dilations: dilation };
    return emit.nodes('MaxPool', inputs, indices ? 2 : 1, attributes);
  },
  // Where each largest value was is asked for only here: the kernel that tells is the slower one.
  gradient({ cotangent, input, attributes }) {
    const { shape } = input(0);
    const [, places] = applyAll(maxPoolOperator, [input(0)], { ...attributes, indices: true });
    if (places === undefined) return [];
    const count = multiplyDims(...places.shape);
    const sums = scatterAdd(reshape(cotangent, [count]), reshape(places, [count]), multiplyDims(...shape));
    return [reshape(sums, shape)];
  },
  fold([x], { kernel, indices, ...window }, types) {
    const shape = fixedShape(types[0]?.shape ?? []);
    if (x === undefined || shape === undefined || indices || !foldable([x], types)) return undefined;
    const seen = valuesSeen(x, shape, kernel, window);
    return seen && [Float32Array.from(seen, (values) => Math.max(...values))];
  },
});

/**
 * The largest value of each window over the last axis: x `[batch, channels, length]` gives `[batch, channels, places]`.
 * What is padded never counts. Of equal values the first gets the gradient.
 *
 * @param x floats; the length is known
 * @param kernel places of a window
 * @throws ModelError when the window is larger than the padded x, or the padding than half of the window
 */
export function maxPool1d<X extends Tensor>(
  x: Checked<Pool<'maxPool1d', 1, X>, X>,
  kernel: number | readonly number[],
  options?: MaxPoolOptions,
): Result<DtypeOfTensor<X>, Pool<'maxPool1d', 1, X>>;
export function maxPool1d(x: Tensor, kernel: number | readonly number[], options: MaxPoolOptions = {}) {
  return maxPool(1, x, kernel, options);
}

/** The largest value of each window over height and width; otherwise as `maxPool1d`. */
export function maxPool2d<X extends Tensor>(
  x: Checked<Pool<'maxPool2d', 2, X>, X>,
  kernel: number | readonly number[],
  options?: MaxPoolOptions,
): Result<DtypeOfTensor<X>, Pool<'maxPool2d', 2, X>>;
export function maxPool2d(x: Tensor, kernel: number | readonly number[], options: MaxPoolOptions = {}) {
  return maxPool(2, x, kernel, options);
}

/** The largest value of each window over depth, height and width; otherwise as `maxPool1d`. */
export function maxPool3d<X extends Tensor>(
  x: Checked<Pool<'maxPool3d', 3, X>, X>,
  kernel: number | readonly number[],
  options?: MaxPoolOptions,
): Result<DtypeOfTensor<X>, Pool<'maxPool3d', 3, X>>;
export function maxPool3d(x: Tensor, kernel: number | readonly number[], options: MaxPoolOptions = {}) {
  return maxPool(3, x, kernel, options);
}

function maxPool(
  rank: number,
  x: Tensor,
  kernel: number | readonly number[],
  options: MaxPoolOptions,
): Tensor {
  return atCallSite(() => {
    const pooling = poolingOf(`maxPool${rank}d`, rank, x, kernel, options);
    const attributes = { kernel: pooling.kernel, indices: false };
    return isSymmetric(pooling)
      ? apply(maxPoolOperator, [x], { ...pooling.window, ...attributes })
      : apply(maxPoolOperator, [surrounded(x, -Infinity, pooling)], { ...unpadded(pooling), ...attributes });
  });
}
