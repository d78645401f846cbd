import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Einops } from '../types/einops.ts';
import type { CheckedPattern, SizesFor } from '../types/pattern-completions.ts';
import type { Result } from '../types/problem.ts';
import { bind, checkDistinct, checkKept, checkKnown, checkSizes, onlyOperand, type Sizes } from './check.ts';
import { parsePattern } from './parser.ts';
import { namesOf } from './pattern.ts';
import { reordered, reshaped } from './steps.ts';
import { checkEllipsis, checkNoNumbers, shapeOf, unitsOf } from './units.ts';

/**
 * Splits, reorders and joins axes by name: `rearrange(x, 'b t (h d) -> b h t d', { h: 8 })`.
 *
 * `(h d)` is one axis made of parts, the last varying fastest; all its sizes but one must be known. `1` and `()` are
 * an axis of size 1; `...` passes any axes through. Becomes at most a reshape, a transpose and a reshape.
 * The notation of einops (Rogozhnikov, ICLR 2022).
 *
 * @throws ModelError when the pattern is malformed, or does not fit the tensor or the sizes.
 */
export function rearrange<
  D extends Dtype,
  S extends Shape,
  P extends string,
  const Z extends Sizes = Record<never, never>,
>(
  x: Tensor<D, S>,
  pattern: CheckedPattern<Einops<'rearrange', P, S, Z>, P, S>,
  sizes?: Z & SizesFor<P>,
): Result<D, Einops<'rearrange', P, S, Z>>;
export function rearrange(x: Tensor, pattern: string, sizes: Sizes = {}): Tensor {
  return atCallSite(() => {
    const parsed = parsePattern(pattern);
    const left = onlyOperand(parsed);
    checkDistinct(left, 'left');
    checkDistinct(parsed.result, 'right');
    checkKnown(namesOf(left), parsed.result);
    checkKept(left, parsed.result);
    checkEllipsis(left, parsed.result);
    checkNoNumbers(left);
    checkNoNumbers(parsed.result);
    checkSizes(parsed, sizes);
    const bound = bind(left, x.shape, sizes);
    const units = unitsOf(left, bound);
    const split = reshaped(x, units.sizes);
    return reshaped(
      reordered(split, units.names, unitsOf(parsed.result, bound).names),
      shapeOf(parsed.result, bound),
    );
  });
}
