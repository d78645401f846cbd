import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { K_RANGE } from '../sentences/top-k.ts';
import type { Dim, Shape } from '../tensor.ts';
import { resolveAxis } from './axis.ts';
import { canonicalDim, isOpen, subtractDims } from './dim.ts';

/** The shape with `k` in the place of the axis's size; `k` and the size may be open, and are trusted then. */
export function topKShape(shape: Shape, k: Dim, axis: number): Shape {
  const place = resolveAxis('topK', shape, axis);
  const size = shape[place] ?? 0;
  const left = subtractDims(size, k);
  // Of an empty axis all is nothing, so that any axis can be sorted.
  const least = size === 0 ? 0 : 1;
  if ((!isOpen(k) && Number(k) < least) || (!isOpen(left) && Number(left) < 0)) {
    fail(sentence(K_RANGE, { axis, shape: describeShape(shape), k }));
  }
  return shape.with(place, canonicalDim(k));
}
