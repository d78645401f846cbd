import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { CLASH, NO_STRETCH } from '../sentences/broadcast.ts';
import type { Dim, Shape } from '../tensor.ts';
import { equalDims } from './dim.ts';

/**
 * The common shape of elementwise operands: aligned at the last axis, where an axis of 1 stretches to the other's
 * size. An open size (`'text'`) stretches only against 1 or itself.
 */
export function broadcastShapes(operator: string, ...shapes: readonly Shape[]): Shape {
  return shapes.reduce((left, right) => broadcastPair(operator, left, right), []);
}

function broadcastPair(operator: string, left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  const result: Dim[] = [];
  for (let fromEnd = 1; fromEnd <= rank; fromEnd++) {
    const a = left[left.length - fromEnd] ?? 1;
    const b = right[right.length - fromEnd] ?? 1;
    if (b === 1 || equalDims(a, b)) result.unshift(a);
    else if (a === 1) result.unshift(b);
    else {
      fail(
        sentence(CLASH, { operator, left: describeShape(left), right: describeShape(right), fromEnd, a, b }),
      );
    }
  }
  return result;
}

/** The target shape of an expansion, once it is known that the shape stretches to it. */
export function expandShape(shape: Shape, target: Shape): Shape {
  const fits =
    shape.length <= target.length &&
    shape.every((dim, index) => {
      const wanted = target[target.length - shape.length + index];
      return dim === 1 || (wanted !== undefined && equalDims(dim, wanted));
    });
  if (!fits) fail(sentence(NO_STRETCH, { shape: describeShape(shape), target: describeShape(target) }));
  return target;
}
