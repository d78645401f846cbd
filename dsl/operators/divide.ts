import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Broadcasted, LeftOperand, RightOperand } from '../types/operand.ts';
import { type Operand, operands } from './constant.ts';
import { multiply } from './multiply.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { zeroWithCotangent } from './shared/guarded.ts';
import { NUMBERS } from './shared/inputs.ts';
import { neg } from './unary.ts';

export const divideOperator = binaryOperator({
  name: 'divide',
  computesIn: 'half',
  onnx: 'Div',
  accepts: NUMBERS,
  gradient(cotangent, left, right) {
    const share = zeroWithCotangent(cotangent, divide(cotangent, right));
    return [share, neg(zeroWithCotangent(cotangent, divide(multiply(share, left), right)))];
  },
  compute: (left, right) => left / right,
});

/** `left / right`, broadcast; integers are truncated towards zero. A number stands for a scalar of the other's dtype. */
export function divide<L extends Operand, R extends Operand>(
  left: LeftOperand<'divide', 'a number dtype', L, R>,
  right: RightOperand<'divide', L, R>,
): Broadcasted<'divide', 'a number dtype', L, R>;
export function divide(left: Operand, right: Operand): Tensor {
  return apply(divideOperator, operands(left, right), {});
}
