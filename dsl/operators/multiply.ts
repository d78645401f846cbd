import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Broadcasted, LeftOperand, RightOperand } from '../types/operand.ts';
import { type Operand, operands } from './constant.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { NUMBERS } from './shared/inputs.ts';

export const multiplyOperator = binaryOperator({
  name: 'multiply',
  computesIn: 'half',
  onnx: 'Mul',
  accepts: NUMBERS,
  commutative: true,
  gradient: (cotangent, left, right) => [multiply(cotangent, right), multiply(cotangent, left)],
  compute: (left, right) => left * right,
});

/** `left * right` element by element, broadcast; a number stands for a scalar of the other's dtype. */
export function multiply<L extends Operand, R extends Operand>(
  left: LeftOperand<'multiply', 'a number dtype', L, R>,
  right: RightOperand<'multiply', L, R>,
): Broadcasted<'multiply', 'a number dtype', L, R>;
export function multiply(left: Operand, right: Operand): Tensor {
  return apply(multiplyOperator, operands(left, right), {});
}
