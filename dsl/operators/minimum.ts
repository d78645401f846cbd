import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { type Operand, operands } from './constant.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { NUMBERS } from './shared/inputs.ts';

export const minimumOperator = binaryOperator({
  name: 'minimum',
  onnx: 'Min',
  accepts: NUMBERS,
  commutative: true,
  compute: (left, right) => Math.min(left, right),
});

/** The smaller of the two, element by element, broadcast; NaN if either is NaN. */
export function minimum(left: Operand, right: Operand): Tensor {
  return apply(minimumOperator, operands(left, right), {});
}
