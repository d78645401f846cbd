import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { AXIS_TWICE } from '../sentences/axis.ts';
import type { Shape } from '../tensor.ts';
import { resolveAxis } from './axis.ts';

/** The shape without the reduced axes, or with 1 in their place when they are kept. */
export function reduceShape(operator: string, shape: Shape, axes: readonly number[], keep: boolean): Shape {
  const reduced = new Set(axes.map((axis) => resolveAxis(operator, shape, axis)));
  if (reduced.size !== axes.length)
    fail(sentence(AXIS_TWICE, { operator, axes: describeShape(axes), shape: describeShape(shape) }));
  return keep
    ? shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim))
    : shape.filter((_dim, axis) => !reduced.has(axis));
}
