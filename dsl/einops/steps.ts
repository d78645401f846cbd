import { reshape } from '../operators/reshape.ts';
import { transpose } from '../operators/transpose.ts';
import { equalDims } from '../shape/dim.ts';
import type { Shape, Tensor } from '../tensor.ts';

/** A reshape, unless the tensor has that shape already. */
export function reshaped(x: Tensor, shape: Shape): Tensor {
  const same =
    shape.length === x.shape.length && shape.every((dim, axis) => equalDims(dim, x.shape[axis] ?? 0));
  return same ? x : reshape(x, shape);
}

/** The axes named `from` in the order of `to`: a transpose, unless they are in that order already. */
export function reordered(x: Tensor, from: readonly string[], to: readonly string[]): Tensor {
  if (to.every((name, axis) => name === from[axis])) return x;
  return transpose(
    x,
    to.map((name) => from.indexOf(name)),
  );
}
