import type { Tensor } from '../../tensor.ts';
import { equal } from '../comparison.ts';
import { where } from '../where.ts';

/**
 * Zero wherever the cotangent is zero, whatever the gradient there: `where(x > 0, 1 / x, 0)` takes nothing from its
 * first choice at 0, and the infinite slope of a quotient, root or logarithm must not make that "nothing" NaN.
 */
export function zeroWithCotangent(cotangent: Tensor, gradient: Tensor): Tensor {
  return where(equal(cotangent, 0), 0, gradient);
}
