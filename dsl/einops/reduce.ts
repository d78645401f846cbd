import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { reduceMax, reduceMean, reduceMin, reduceSum } from '../operators/reduce.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Einops } from '../types/einops.ts';
import type { CheckedPattern, SizesFor } from '../types/pattern-completions.ts';
import type { Result } from '../types/problem.ts';
import { bind, checkDistinct, checkKnown, checkSizes, onlyOperand, type Sizes } from './check.ts';
import { parsePattern } from './parser.ts';
import { namesOf } from './pattern.ts';
import { reordered, reshaped } from './steps.ts';
import { checkNoNumbers, shapeOf, unitsOf } from './units.ts';

const REDUCTIONS = { mean: reduceMean, sum: reduceSum, max: reduceMax, min: reduceMin } as const;

export type Reduction = keyof typeof REDUCTIONS;

/**
 * Takes the mean, sum, maximum or minimum over the axes that the right of the arrow leaves out:
 * `reduce(x, 'b t d -> b d', 'mean')`. Axes left out
 * include those of `...`. Otherwise as `rearrange`.
 *
 * @throws ModelError when the pattern is malformed, or does not fit the tensor or the sizes.
 */
export function reduce<
  D extends Dtype,
  S extends Shape,
  P extends string,
  const Z extends Sizes = Record<never, never>,
>(
  x: Tensor<D, S>,
  pattern: CheckedPattern<Einops<'reduce', P, S, Z>, P, S>,
  reduction: Reduction,
  sizes?: Z & SizesFor<P>,
): Result<D, Einops<'reduce', P, S, Z>>;
export function reduce(x: Tensor, pattern: string, reduction: Reduction, sizes: Sizes = {}): Tensor {
  return atCallSite(() => {
    const parsed = parsePattern(pattern);
    const left = onlyOperand(parsed);
    checkDistinct(left, 'left');
    checkDistinct(parsed.result, 'right');
    checkKnown(namesOf(left), parsed.result);
    checkNoNumbers(left);
    checkNoNumbers(parsed.result);
    checkSizes(parsed, sizes);
    const bound = bind(left, x.shape, sizes);
    const from = unitsOf(left, bound);
    const to = unitsOf(parsed.result, bound);
    const split = reshaped(x, from.sizes);
    const axes = from.names.flatMap((name, axis) => (to.names.includes(name) ? [] : [axis]));
    const reduced = axes.length === 0 ? split : REDUCTIONS[reduction](split, axes);
    const kept = from.names.filter((name) => to.names.includes(name));
    return reshaped(reordered(reduced, kept, to.names), shapeOf(parsed.result, bound));
  });
}
