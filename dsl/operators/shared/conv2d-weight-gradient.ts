import type { Conv2dGeometry } from '../../shape/conv2d.ts';
import { multiplyDims } from '../../shape/dim.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { concat } from '../concat.ts';
import { matmul } from '../matmul.ts';
import { pad } from '../pad.ts';
import { reshape } from '../reshape.ts';
import { slice } from '../slice.ts';
import { transpose } from '../transpose.ts';

/**
 * The gradient of `conv2d` by its weight: for every place of the kernel the product of the cotangent with the input as
 * that place saw it, summed over batch and places. One matrix product with a long inner axis for each place of the
 * kernel: side by side in one product they would take a copy of the input for each, all at once.
 *
 * @param x `[batch, in, height, width]`
 * @param cotangent of the result, `[batch, out, rows, columns]`
 * @param weight the shape of the weight, `[out, in/groups, kernelHeight, kernelWidth]`
 */
export function conv2dWeightGradient(
  x: Tensor,
  cotangent: Tensor,
  weight: Shape,
  { stride, padding, dilation, groups }: Conv2dGeometry,
): Tensor {
  const [batch = 1, out = 1, ...size] = cotangent.shape;
  const [rows = 1, columns = 1] = size.map(Number);
  const [, inner = 1, ...kernel] = weight;
  const [tall = 1, wide = 1] = kernel.map(Number);
  const places = multiplyDims(batch, rows, columns);
  const border = { before: padding, after: padding };
  const last = transpose(x, [0, 2, 3, 1]);
  const padded =
    padding === 0
      ? last
      : pad(last, [
          { axis: 1, ...border },
          { axis: 2, ...border },
        ]);
  const along = (tensor: Tensor, axis: number, start: number, count: number) =>
    slice(tensor, axis, start, start + stride * (count - 1) + 1, stride);
  const byGroup = reshape(transpose(cotangent, [1, 0, 2, 3]), [groups, Number(out) / groups, places]);
  const products = Array.from({ length: wide }, (_, j) => {
    const seenInRow = along(padded, 2, j * dilation, columns);
    return Array.from({ length: tall }, (_, i) => {
      const seen = along(seenInRow, 1, i * dilation, rows);
      const flat = transpose(reshape(seen, [places, groups, inner]), [1, 0, 2]);
      return reshape(matmul(byGroup, flat), [out, inner, 1]);
    });
  });
  const byColumn = products.map((column) => reshape(concat(column, 2), [out, inner, tall, 1]));
  return concat(byColumn, 3);
}
