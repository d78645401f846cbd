import type { Shape } from '../tensor.ts';
import { resolveAxis } from './axis.ts';

/** Whole slices picked along one axis: that axis is replaced by the axes of the indices. */
export function gatherShape(shape: Shape, indices: Shape, axis: number): Shape {
  const place = resolveAxis('gather', shape, axis);
  return [...shape.slice(0, place), ...indices, ...shape.slice(place + 1)];
}
