import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { NO_PERMUTATION } from '../sentences/transpose.ts';
import type { Shape } from '../tensor.ts';

/** Axis i of the result is axis `permutation[i]` of the shape. */
export function transposeShape(shape: Shape, permutation: readonly number[]): Shape {
  const result = permutation.map((axis) => shape[axis]);
  const complete = permutation.length === shape.length && new Set(permutation).size === shape.length;
  if (!complete || !result.every((dim) => dim !== undefined)) {
    return fail(
      sentence(NO_PERMUTATION, {
        permutation: describeShape(permutation),
        rank: shape.length,
        shape: describeShape(shape),
      }),
    );
  }
  return result;
}
