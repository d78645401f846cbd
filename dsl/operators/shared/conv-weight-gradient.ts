import type { ConvGeometry } from '../../shape/conv.ts';
import { addDims, multiplyDims } from '../../shape/dim.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { concat } from '../concat.ts';
import { matmul } from '../matmul.ts';
import { pad } from '../pad.ts';
import { reshape } from '../reshape.ts';
import { slice } from '../slice.ts';
import { transpose } from '../transpose.ts';

/**
 * The gradient of a convolution by its weight: for every place of the kernel the product of the cotangent with the input
 * as that place saw it, summed over batch and places. One matrix product with a long inner axis for each place of the
 * kernel: side by side in one product they would take a copy of the input for each, all at once.
 *
 * @param x `[batch, in, ...size]`
 * @param cotangent of the result, `[batch, out, ...places]`
 * @param weight the shape of the weight, `[out, in/groups, ...kernel]`
 */
export function convWeightGradient(
  x: Tensor,
  cotangent: Tensor,
  weight: Shape,
  { stride, padding, dilation, groups }: ConvGeometry,
): Tensor {
  const rank = stride.length;
  const [batch = 1, out = 1, ...counts] = cotangent.shape;
  const [, inner = 1, ...kernel] = weight;
  const places = multiplyDims(batch, ...counts);
  const spatial = stride.map((_, axis) => axis + 2);
  const last = transpose(x, [0, ...spatial, 1]);
  const padded = padding.every((size) => size === 0)
    ? last
    : pad(
        last,
        stride.map((_, axis) => ({
          axis: axis + 1,
          before: padding[axis] ?? 0,
          after: padding[axis + rank] ?? 0,
        })),
      );
  const byGroup = reshape(transpose(cotangent, [1, 0, ...spatial]), [groups, Number(out) / groups, places]);
  /** The products of all places of the kernel's first axes, up to this one, with what its later axes have cut out. */
  const products = (seen: Tensor, axis: number): Tensor => {
    if (axis < 0) {
      const flat = transpose(reshape(seen, [places, groups, inner]), [1, 0, 2]);
      return reshape(matmul(byGroup, flat), [out, inner, ...stride.map(() => 1)]);
    }
    const step = stride[axis] ?? 1;
    const count = counts[axis] ?? 1;
    const each = Array.from({ length: Number(kernel[axis]) }, (_, place) => {
      const start = place * (dilation[axis] ?? 1);
      // Only a stride of 1 is taken along an axis whose size is open.
      const end = typeof count === 'number' ? start + step * (count - 1) + 1 : addDims(start, count);
      return products(slice(seen, axis + 1, start, end, step), axis - 1);
    });
    return concat(each, axis + 2);
  };
  return products(padded, rank - 1);
}
