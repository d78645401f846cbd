import { describeShape, fail } from '../operator.ts';
import type { Shape } from '../tensor.ts';

/** Axis i of the result is axis `permutation[i]` of the shape. */
export function transposeShape(shape: Shape, permutation: readonly number[]): Shape {
  const result = permutation.map((axis) => shape[axis]);
  const complete = permutation.length === shape.length && new Set(permutation).size === shape.length;
  if (!complete || !result.every((dim) => dim !== undefined)) {
    return fail(
      `transpose: ${describeShape(permutation)} must name each of the ${shape.length} axes of ${describeShape(shape)} once`,
    );
  }
  return result;
}
