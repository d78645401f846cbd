import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { type Operand, operands } from './constant.ts';
import { multiply } from './multiply.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { NUMBERS } from './shared/inputs.ts';

export const powerOperator = binaryOperator({
  name: 'power',
  onnx: 'Pow',
  accepts: NUMBERS,
  compute: (left, right) => left ** right,
});

/** `base ** exponent`, broadcast; a number stands for a scalar of the other's dtype. */
export function power(base: Operand, exponent: Operand): Tensor {
  return apply(powerOperator, operands(base, exponent), {});
}

/** `x * x`. */
export function square(x: Tensor): Tensor {
  return multiply(x, x);
}
