import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Broadcasted, LeftOperand, RightOperand } from '../types/operand.ts';
import { equal, greater } from './comparison.ts';
import { type Operand, operands } from './constant.ts';
import { multiply } from './multiply.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { NUMBERS } from './shared/inputs.ts';
import { where } from './where.ts';

export const maximumOperator = binaryOperator({
  name: 'maximum',
  computesIn: 'half',
  onnx: 'Max',
  accepts: NUMBERS,
  commutative: true,
  // Equal operands share alike, as in PyTorch.
  gradient(cotangent, left, right) {
    const half = multiply(cotangent, 0.5);
    const share = (one: Tensor, other: Tensor) =>
      where(greater(one, other), cotangent, where(equal(one, other), half, 0));
    return [share(left, right), share(right, left)];
  },
  compute: (left, right) => Math.max(left, right),
});

/** The larger of the two, element by element, broadcast; NaN if either is NaN. */
export function maximum<L extends Operand, R extends Operand>(
  left: LeftOperand<'maximum', 'a number dtype', L, R>,
  right: RightOperand<'maximum', L, R>,
): Broadcasted<'maximum', 'a number dtype', L, R>;
export function maximum(left: Operand, right: Operand): Tensor {
  return apply(maximumOperator, operands(left, right), {});
}
