import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { NO_AXIS } from '../sentences/axis.ts';
import type { Shape } from '../tensor.ts';

/** A 0-based axis from one that may count from the end (-1 is the last). */
export function resolveAxis(operator: string, shape: Shape, axis: number): number {
  const resolved = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= shape.length) {
    fail(sentence(NO_AXIS, { operator, axis, shape: describeShape(shape) }));
  }
  return resolved;
}
