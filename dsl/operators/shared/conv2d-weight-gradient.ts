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
 * that place saw it, summed over batch and places. All kernel places stand side by side, so that it is one matrix
 * product with a long inner axis.
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
  const [batch = 1, out = 1, rows = 1, columns = 1] = cotangent.shape;
  const [, inner = 1, tall = 1, wide = 1] = weight;
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
  const kernel = Array.from({ length: Number(tall) }, (_, i) =>
    Array.from({ length: Number(wide) }, (_, j) => {
      const seen = along(along(padded, 1, i * dilation, Number(rows)), 2, j * dilation, Number(columns));
      return reshape(seen, [places, groups, 1, inner]);
    }),
  ).flat();
  const patches = transpose(
    reshape(concat(kernel, 2), [places, groups, multiplyDims(tall, wide, inner)]),
    [1, 0, 2],
  );
  const byGroup = reshape(transpose(cotangent, [1, 0, 2, 3]), [groups, Number(out) / groups, places]);
  const product = matmul(byGroup, patches);
  return transpose(reshape(product, [out, tall, wide, inner]), [0, 3, 1, 2]);
}
