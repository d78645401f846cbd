import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { JOINED_AXES, NOTHING_TO_JOIN } from '../sentences/concat.ts';
import type { Shape } from '../tensor.ts';
import { resolveAxis } from './axis.ts';
import { addDims, equalDims } from './dim.ts';

/** The shapes joined along one axis, whose sizes add up (`'media'` and `64` give `'media+64'`); others must agree. */
export function concatShape(shapes: readonly Shape[], axis: number): Shape {
  const [first, ...others] = shapes;
  if (first === undefined) return fail(NOTHING_TO_JOIN);
  const place = resolveAxis('concat', first, axis);
  return others.reduce((joined, shape) => concatPair(joined, shape, place, axis), first);
}

function concatPair(left: Shape, right: Shape, place: number, axis: number): Shape {
  const agree =
    left.length === right.length &&
    left.every((dim, index) => index === place || equalDims(dim, right[index] ?? 0));
  if (!agree) {
    fail(sentence(JOINED_AXES, { left: describeShape(left), right: describeShape(right), axis }));
  }
  return left.map((dim, index) => (index === place ? addDims(dim, right[index] ?? 0) : dim));
}
