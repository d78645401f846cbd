import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { type Operand, operands } from './constant.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { NUMBERS } from './shared/inputs.ts';

export const divideOperator = binaryOperator({
  name: 'divide',
  onnx: 'Div',
  accepts: NUMBERS,
  compute: (left, right) => left / right,
});

/** `left / right`, broadcast; integers are truncated towards zero. A number stands for a scalar of the other's dtype. */
export function divide(left: Operand, right: Operand): Tensor {
  return apply(divideOperator, operands(left, right), {});
}
