import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Broadcasted, LeftOperand, RightOperand } from '../types/operand.ts';
import { type Operand, operands } from './constant.ts';
import { binaryOperator } from './shared/elementwise.ts';

export const remainderOperator = binaryOperator({
  name: 'remainder',
  computesIn: 'half',
  onnx: 'Mod',
  accepts: ['int64', 'int32'],
  gradient: 'zero',
  // NaN, for a divisor of 0, is left to ONNX Runtime, which refuses it.
  compute: (left, right) => left - Math.floor(left / right) * right,
});

/**
 * What is left of whole numbers after division, with the sign of the divisor: `remainder(-1, 5)` is 4. Broadcast; a
 * number stands for a scalar of the other's dtype. A divisor of 0 is refused when the model runs.
 */
export function remainder<L extends Operand, R extends Operand>(
  left: LeftOperand<'remainder', 'int64 or int32', L, R>,
  right: RightOperand<'remainder', L, R>,
): Broadcasted<'remainder', 'int64 or int32', L, R>;
export function remainder(left: Operand, right: Operand): Tensor {
  return apply(remainderOperator, operands(left, right), {});
}
