import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { expand } from '../operators/expand.ts';
import { equalDims } from '../shape/dim.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Einops } from '../types/einops.ts';
import type { CheckedPattern, SizesFor } from '../types/pattern-completions.ts';
import type { Result } from '../types/problem.ts';
import { bind, checkDistinct, checkKept, checkSizes, onlyOperand, type Sizes } from './check.ts';
import { parsePattern } from './parser.ts';
import { reordered, reshaped } from './steps.ts';
import { checkEllipsis, checkNoNumbers, shapeOf, unitsOf } from './units.ts';

/**
 * Copies along new axes: `repeat(latents, 'n d -> b n d', { b: batch })`. A new axis on the right of the arrow is a
 * number or a name whose size is given. Otherwise as `rearrange`.
 *
 * @throws ModelError when the pattern is malformed, or does not fit the tensor or the sizes.
 */
export function repeat<
  D extends Dtype,
  S extends Shape,
  P extends string,
  const Z extends Sizes = Record<never, never>,
>(
  x: Tensor<D, S>,
  pattern: CheckedPattern<Einops<'repeat', P, S, Z>, P, S>,
  sizes?: Z & SizesFor<P>,
): Result<D, Einops<'repeat', P, S, Z>>;
export function repeat(x: Tensor, pattern: string, sizes: Sizes = {}): Tensor {
  return atCallSite(() => {
    const parsed = parsePattern(pattern);
    const left = onlyOperand(parsed);
    checkDistinct(left, 'left');
    checkDistinct(parsed.result, 'right');
    checkKept(left, parsed.result);
    checkEllipsis(left, parsed.result);
    checkNoNumbers(left);
    checkSizes(parsed, sizes);
    const bound = bind(left, x.shape, sizes);
    const from = unitsOf(left, bound);
    const to = unitsOf(parsed.result, bound);
    const kept = to.names.filter((name) => from.names.includes(name));
    const ordered = reordered(reshaped(x, from.sizes), from.names, kept);
    const isNew = (axis: number) => !from.names.includes(to.names[axis] ?? '');
    const room = reshaped(
      ordered,
      to.sizes.map((size, axis) => (isNew(axis) ? 1 : size)),
    );
    const copied = to.sizes.every((size, axis) => !isNew(axis) || equalDims(size, 1))
      ? room
      : expand(room, to.sizes);
    return reshaped(copied, shapeOf(parsed.result, bound));
  });
}
