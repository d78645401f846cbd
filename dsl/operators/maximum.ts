import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { type Operand, operands } from './constant.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { NUMBERS } from './shared/inputs.ts';

export const maximumOperator = binaryOperator({
  name: 'maximum',
  onnx: 'Max',
  accepts: NUMBERS,
  commutative: true,
  compute: (left, right) => Math.max(left, right),
});

/** The larger of the two, element by element, broadcast; NaN if either is NaN. */
export function maximum(left: Operand, right: Operand): Tensor {
  return apply(maximumOperator, operands(left, right), {});
}
