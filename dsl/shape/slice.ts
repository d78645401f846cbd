import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { NOT_WITHIN } from '../sentences/slice.ts';
import type { Dim, Shape } from '../tensor.ts';
import { resolveAxis } from './axis.ts';
import { addDims, isOpen, subtractDims } from './dim.ts';

/**
 * `start` to `end` (not included) along one axis. Negative literals count from the end; `end` undefined is the end.
 * Sizes may be open: from `'past'` to the end of `'past+text'` leaves `'text'`.
 */
export function sliceShape(shape: Shape, axis: number, start: Dim, end?: Dim): Shape {
  const place = resolveAxis('slice', shape, axis);
  const size = shape[place] ?? 0;
  const from = fromStart(start, size);
  const to = end === undefined ? size : fromStart(end, size);
  const length = subtractDims(to, from);
  const within = (dim: Dim) => isOpen(dim) || Number(dim) >= 0;
  if (!within(from) || !within(length) || !within(subtractDims(size, to))) {
    fail(sentence(NOT_WITHIN, { start, end: end ?? 'the end', axis, shape: describeShape(shape), size }));
  }
  return shape.map((dim, index) => (index === place ? length : dim));
}

function fromStart(place: Dim, size: Dim): Dim {
  return typeof place === 'number' && place < 0 ? addDims(size, place) : place;
}
