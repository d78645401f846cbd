import { reduceSum } from '../../dsl/operators/reduce.ts';
import type { Shape, Tensor } from '../../dsl/tensor.ts';

/**
 * Undoes broadcasting in a cotangent: sums it over every axis along which a tensor of the given shape was stretched, and
 * over those that the tensor lacks. An open size (`'text'`) was stretched from nothing but 1.
 *
 * @returns a tensor of the given shape; the cotangent itself where nothing was stretched
 */
export function unbroadcast(cotangent: Tensor, shape: Shape): Tensor {
  const missing = cotangent.shape.length - shape.length;
  const lacking = cotangent.shape.slice(0, missing).map((_dim, axis) => axis);
  const inner = lacking.length === 0 ? cotangent : reduceSum(cotangent, lacking);
  const stretched = shape.flatMap((dim, axis) => (dim === 1 && inner.shape[axis] !== 1 ? [axis] : []));
  return stretched.length === 0 ? inner : reduceSum(inner, stretched, true);
}
