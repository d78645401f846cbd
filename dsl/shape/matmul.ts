import { describeShape, fail } from '../operator.ts';
import type { Shape } from '../tensor.ts';
import { broadcastShapes } from './broadcast.ts';
import { equalDims } from './dim.ts';

/** `[...batch, rows, inner] x [...batch, inner, columns]`; the batch axes broadcast. Both need at least 2 axes. */
export function matmulShape(left: Shape, right: Shape): Shape {
  const [rows, inner] = left.slice(-2);
  const [height, columns] = right.slice(-2);
  if (rows === undefined || inner === undefined || height === undefined || columns === undefined) {
    return fail(
      `matmul: both sides need at least 2 axes, but the shapes are ${describeShape(left)} and ${describeShape(right)}`,
    );
  }
  if (!equalDims(inner, height)) {
    fail(
      `matmul: the last axis of ${describeShape(left)} is ${inner}, but the axis before the last of ${describeShape(right)} is ${height}; they must be equal`,
    );
  }
  return [...broadcastShapes('matmul', left.slice(0, -2), right.slice(0, -2)), rows, columns];
}
