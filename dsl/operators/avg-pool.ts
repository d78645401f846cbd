import { atCallSite } from '../at-call-site.ts';
import { elementCount } from '../element-count.ts';
import { apply, defineOperator } from '../operator.ts';
import type { Window } from '../shape/window.ts';
import type { Operator, Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Pool } from '../types/shape/pool.ts';
import { cast } from './cast.ts';
import { constant } from './constant.ts';
import { multiply } from './multiply.ts';
import { pad } from './pad.ts';
import { fixedShape } from './shared/dims.ts';
import { foldable } from './shared/elements.ts';
import {
  countsOf,
  isSymmetric,
  type Pooling,
  type PoolOptions,
  pooledType,
  poolingOf,
  surrounded,
  unpadded,
  valuesSeen,
} from './shared/pooling.ts';
import { spreadOut } from './shared/spread-out.ts';
import { slice } from './slice.ts';

/** Of a mean in a window: stride that of the kernel, padding 0 unless given. */
export interface AvgPoolOptions extends PoolOptions {
  /**
   * Whether the zeros of the padding count. Default true, as in PyTorch; what lies beyond the padding, where `ceil` keeps
   * the last window, never does.
   */
  readonly countIncludePad?: boolean;
}

type AvgPoolAttributes = Window & { readonly kernel: readonly number[]; readonly countIncludePad: boolean };

export const avgPoolOperator: Operator<AvgPoolAttributes> = defineOperator<AvgPoolAttributes>({
  name: 'avgPool',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { kernel, countIncludePad: _counted, ...window }) {
    return [pooledType('avgPool', inputs, kernel, window)];
  },
  lower(emit, inputs, { attributes: { kernel, stride, padding, countIncludePad } }) {
    return [
      emit.node('AveragePool', inputs, {
        kernel_shape: kernel,
        strides: stride,
        pads: padding,
        count_include_pad: countIncludePad,
      }),
    ];
  },
  // Every place takes its share from the windows that it lies in: windows over what came back, spread to their places.
  gradient({ cotangent, input, attributes: { kernel, countIncludePad, ...window } }) {
    const sizes = fixedShape(input(0).shape.slice(2)) ?? [];
    const places = fixedShape(cotangent.shape.slice(2)) ?? [];
    const pooling = { kernel, asked: window, window, sizes, places };
    const shares = countIncludePad ? cotangent : weighted(cotangent, pooling, false);
    const wide = kernel.reduce((spread, size, axis) => {
      const apart = spreadOut(spread, axis + 2, window.stride[axis] ?? 1);
      return pad(apart, [{ axis: axis + 2, before: size - 1, after: size - 1 }]);
    }, shares);
    const ones = kernel.map(() => 1);
    const still = { stride: ones, dilation: ones, padding: [...ones, ...ones].map(() => 0) };
    const sums = apply(avgPoolOperator, [wide], { ...still, kernel, countIncludePad: false });
    return [
      sizes.reduce((whole, size, axis) => {
        const before = window.padding[axis] ?? 0;
        const length = Number(whole.shape[axis + 2]);
        const after = Math.max(0, before + size - length);
        const long = after === 0 ? whole : pad(whole, [{ axis: axis + 2, after }]);
        return slice(long, axis + 2, before, before + size);
      }, sums),
    ];
  },
  fold([x], { kernel, countIncludePad, ...window }, types) {
    const shape = fixedShape(types[0]?.shape ?? []);
    if (x === undefined || shape === undefined || !foldable([x], types)) return undefined;
    const seen = valuesSeen(x, shape, kernel, window);
    const whole = elementCount(kernel);
    const meanOf = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value, 0) / (countIncludePad ? whole : values.length);
    return seen && [Float32Array.from(seen, meanOf)];
  },
});

/** Means over whole windows made means over what counts in each. */
function weighted(means: Tensor, pooling: Pooling, countIncludePad: boolean): Tensor {
  const { kernel, asked, places } = pooling;
  const around = countIncludePad ? asked.padding : asked.padding.map(() => 0);
  const shares = countsOf(pooling, around).map((counts, axis) =>
    counts.map((count) => (kernel[axis] ?? 1) / count),
  );
  if (shares.flat().every((share) => share === 1)) return means;
  const values = shares.reduce<readonly number[]>(
    (all, axis) => all.flatMap((value) => axis.map((share) => value * share)),
    [1],
  );
  return multiply(means, cast(constant(values, places), means.dtype));
}

/**
 * The mean of each window over the last axis: x `[batch, channels, length]` gives `[batch, channels, places]`.
 *
 * @param x floats; the length is known
 * @param kernel places of a window
 * @throws ModelError when the window is larger than the padded x, or the padding than half of the window
 */
export function avgPool1d<X extends Tensor>(
  x: Checked<Pool<'avgPool1d', 1, X>, X>,
  kernel: number | readonly number[],
  options?: AvgPoolOptions,
): Result<DtypeOfTensor<X>, Pool<'avgPool1d', 1, X>>;
export function avgPool1d(x: Tensor, kernel: number | readonly number[], options: AvgPoolOptions = {}) {
  return avgPool(1, x, kernel, options);
}

/** The mean of each window over height and width; otherwise as `avgPool1d`. */
export function avgPool2d<X extends Tensor>(
  x: Checked<Pool<'avgPool2d', 2, X>, X>,
  kernel: number | readonly number[],
  options?: AvgPoolOptions,
): Result<DtypeOfTensor<X>, Pool<'avgPool2d', 2, X>>;
export function avgPool2d(x: Tensor, kernel: number | readonly number[], options: AvgPoolOptions = {}) {
  return avgPool(2, x, kernel, options);
}

/** The mean of each window over depth, height and width; otherwise as `avgPool1d`. */
export function avgPool3d<X extends Tensor>(
  x: Checked<Pool<'avgPool3d', 3, X>, X>,
  kernel: number | readonly number[],
  options?: AvgPoolOptions,
): Result<DtypeOfTensor<X>, Pool<'avgPool3d', 3, X>>;
export function avgPool3d(x: Tensor, kernel: number | readonly number[], options: AvgPoolOptions = {}) {
  return avgPool(3, x, kernel, options);
}

function avgPool(
  rank: number,
  x: Tensor,
  kernel: number | readonly number[],
  { countIncludePad = true, ...options }: AvgPoolOptions,
): Tensor {
  return atCallSite(() => {
    const pooling = poolingOf(`avgPool${rank}d`, rank, x, kernel, options);
    if (isSymmetric(pooling))
      return apply(avgPoolOperator, [x], { ...pooling.window, kernel: pooling.kernel, countIncludePad });
    const means = apply(avgPoolOperator, [surrounded(x, 0, pooling)], {
      ...unpadded(pooling),
      kernel: pooling.kernel,
      countIncludePad: true,
    });
    return weighted(means, pooling, countIncludePad);
  });
}
