import { describeShape, fail } from '../operator.ts';
import type { Shape } from '../tensor.ts';
import { resolveAxis } from './axis.ts';

/** The shape without the reduced axes, or with 1 in their place when they are kept. */
export function reduceShape(operator: string, shape: Shape, axes: readonly number[], keep: boolean): Shape {
  const reduced = new Set(axes.map((axis) => resolveAxis(operator, shape, axis)));
  if (reduced.size !== axes.length)
    fail(`${operator}: ${describeShape(axes)} names an axis of ${describeShape(shape)} twice`);
  return keep
    ? shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim))
    : shape.filter((_dim, axis) => !reduced.has(axis));
}
