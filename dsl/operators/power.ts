import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Broadcasted, LeftOperand, RightOperand } from '../types/operand.ts';
import { equal } from './comparison.ts';
import { type Operand, operands } from './constant.ts';
import { multiply } from './multiply.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { zeroWithCotangent } from './shared/guarded.ts';
import { NUMBERS } from './shared/inputs.ts';
import { subtract } from './subtract.ts';
import { log } from './unary.ts';
import { where } from './where.ts';

export const powerOperator = binaryOperator({
  name: 'power',
  computesIn: 'float32',
  onnx: 'Pow',
  accepts: NUMBERS,
  gradient(cotangent, base, exponent, result) {
    const slope = multiply(exponent, power(base, subtract(exponent, 1)));
    // x ** 0 is 1 everywhere, also at 0; and 0 ** exponent stays 0 when the exponent changes.
    const byBase = where(equal(exponent, 0), 0, multiply(cotangent, slope));
    const byExponent = where(equal(base, 0), 0, multiply(cotangent, multiply(result, log(base))));
    return [zeroWithCotangent(cotangent, byBase), zeroWithCotangent(cotangent, byExponent)];
  },
  compute: (left, right) => left ** right,
});

/** `base ** exponent`, broadcast; a number stands for a scalar of the other's dtype. */
export function power<L extends Operand, R extends Operand>(
  base: LeftOperand<'power', 'a number dtype', L, R>,
  exponent: RightOperand<'power', L, R>,
): Broadcasted<'power', 'a number dtype', L, R>;
export function power(base: Operand, exponent: Operand): Tensor {
  return apply(powerOperator, operands(base, exponent), {});
}

/** `x * x`. */
export function square<X extends Tensor>(
  x: LeftOperand<'multiply', 'a number dtype', X, X>,
): Broadcasted<'multiply', 'a number dtype', X, X>;
export function square(x: Tensor): Tensor {
  return multiply(x, x);
}
