import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { describeShape, fail } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { HasAxes } from '../types/axes.ts';
import type { Checked, Result } from '../types/problem.ts';
import { arange } from './arange.ts';
import { concat } from './concat.ts';
import { gather } from './gather.ts';
import { maximum } from './maximum.ts';
import { remainder } from './remainder.ts';
import { sizeOf } from './size-of.ts';
import { slice } from './slice.ts';
import { subtract } from './subtract.ts';

/**
 * Moves the elements along axes in a circle: what leaves at the end comes in at the start. `result[i + shift] = x[i]`,
 * places counted around. The shape is kept.
 *
 * @param shifts whole numbers, one for each axis; negative: towards the start; larger than the axis: further around
 * @param axes one axis or several, from the start or from the end; axes may be open
 * @throws ModelError when an axis does not exist or is named twice, a shift is not a whole number, or their numbers differ
 */
export function roll<D extends Dtype, S extends Shape, const A extends number | readonly number[]>(
  x: Tensor<D, S>,
  shifts: number | readonly number[],
  axes: Checked<HasAxes<'roll', S, A>, A>,
): Result<D, HasAxes<'roll', S, A>>;
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  axes: number | readonly number[],
): Tensor {
  return atCallSite(() => {
    const places = [axes].flat().map((axis) => resolveAxis('roll', x.shape, axis));
    const amounts = [shifts].flat();
    if (amounts.length !== places.length)
      fail(
        `roll: each axis needs one shift, but there are ${places.length} axes and ${amounts.length} shifts`,
      );
    if (new Set(places).size !== places.length)
      fail(`roll: ${describeShape(places)} names an axis of ${describeShape(x.shape)} twice`);
    const wrong = amounts.find((shift) => !Number.isSafeInteger(shift));
    if (wrong !== undefined) fail(`roll: a shift must be a whole number, but one is ${wrong}`);
    return places.reduce((rolled, place, index) => rollAlong(rolled, amounts[index] ?? 0, place), x);
  });
}

function rollAlong(x: Tensor, shift: number, axis: number): Tensor {
  const size: Dim = x.shape[axis] ?? 0;
  if (typeof size !== 'number') return gather(x, sourcesOf(shift, size), axis);
  const within = size === 0 ? 0 : ((shift % size) + size) % size;
  if (within === 0) return x;
  return concat([slice(x, axis, size - within), slice(x, axis, 0, size - within)], axis);
}

/** Where each place of an open axis comes from. */
function sourcesOf(shift: number, dim: Dim): Tensor {
  // An empty axis has nothing to move.
  return remainder(subtract(arange(dim), shift), maximum(sizeOf(dim), 1));
}
