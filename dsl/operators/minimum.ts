import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Broadcasted, LeftOperand, RightOperand } from '../types/operand.ts';
import { equal, less } from './comparison.ts';
import { type Operand, operands } from './constant.ts';
import { multiply } from './multiply.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { NUMBERS } from './shared/inputs.ts';
import { where } from './where.ts';

export const minimumOperator = binaryOperator({
  name: 'minimum',
  computesIn: 'half',
  onnx: 'Min',
  accepts: NUMBERS,
  commutative: true,
  // Equal operands share alike, as in PyTorch.
  gradient(cotangent, left, right) {
    const half = multiply(cotangent, 0.5);
    const share = (one: Tensor, other: Tensor) =>
      where(less(one, other), cotangent, where(equal(one, other), half, 0));
    return [share(left, right), share(right, left)];
  },
  compute: (left, right) => Math.min(left, right),
});

/** The smaller of the two, element by element, broadcast; NaN if either is NaN. */
export function minimum<L extends Operand, R extends Operand>(
  left: LeftOperand<'minimum', 'a number dtype', L, R>,
  right: RightOperand<'minimum', L, R>,
): Broadcasted<'minimum', 'a number dtype', L, R>;
export function minimum(left: Operand, right: Operand): Tensor {
  return apply(minimumOperator, operands(left, right), {});
}
