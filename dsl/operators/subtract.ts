import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Broadcasted, LeftOperand, RightOperand } from '../types/operand.ts';
import { type Operand, operands } from './constant.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { NUMBERS } from './shared/inputs.ts';
import { neg } from './unary.ts';

export const subtractOperator = binaryOperator({
  name: 'subtract',
  computesIn: 'half',
  onnx: 'Sub',
  accepts: NUMBERS,
  gradient: (cotangent) => [cotangent, neg(cotangent)],
  compute: (left, right) => left - right,
});

/** `left - right`, broadcast; a number stands for a scalar of the other's dtype. */
export function subtract<L extends Operand, R extends Operand>(
  left: LeftOperand<'subtract', 'a number dtype', L, R>,
  right: RightOperand<'subtract', L, R>,
): Broadcasted<'subtract', 'a number dtype', L, R>;
export function subtract(left: Operand, right: Operand): Tensor {
  return apply(subtractOperator, operands(left, right), {});
}
