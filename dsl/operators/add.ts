import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Broadcasted, LeftOperand, RightOperand } from '../types/operand.ts';
import { type Operand, operands } from './constant.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { NUMBERS } from './shared/inputs.ts';

export const addOperator = binaryOperator({
  name: 'add',
  computesIn: 'half',
  onnx: 'Add',
  accepts: NUMBERS,
  commutative: true,
  gradient: (cotangent) => [cotangent, cotangent],
  compute: (left, right) => left + right,
});

/** `left + right`, broadcast; a number stands for a scalar of the other's dtype. */
export function add<L extends Operand, R extends Operand>(
  left: LeftOperand<'add', 'a number dtype', L, R>,
  right: RightOperand<'add', L, R>,
): Broadcasted<'add', 'a number dtype', L, R>;
export function add(left: Operand, right: Operand): Tensor {
  return apply(addOperator, operands(left, right), {});
}
