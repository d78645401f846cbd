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
  // ONNX Runtime 1.30 makes (1 / x) * y into y / x, of whole numbers too, where it is another number; of -1 it does not.
  lower(emit, names, { inputs: [left] }) {
    if (left === undefined || !isWholeOne(left)) return [emit.node('Div', names)];
    const minusOne = left.dtype === 'int64' ? BigInt64Array.of(-1n) : Int32Array.of(-1);
    const shape = left.shape.map(() => 1);
    return [emit.node('Neg', [emit.node('Div', [emit.constant(minusOne, shape), names[1]])])];
  },
  compute: (left, right) => left / right,
});

function isWholeOne({ dtype, source }: Tensor): boolean {
  const isWhole = dtype === 'int64' || dtype === 'int32';
  return isWhole && source.kind === 'constant' && source.data.length === 1 && Number(source.data[0]) === 1;
}

/** `left / right`, broadcast; integers are truncated towards zero. A number stands for a scalar of the other's dtype. */
export function divide<L extends Operand, R extends Operand>(
  left: LeftOperand<'divide', 'a number dtype', L, R>,
  right: RightOperand<'divide', L, R>,
): Broadcasted<'divide', 'a number dtype', L, R>;
export function divide(left: Operand, right: Operand): Tensor {
  return apply(divideOperator, operands(left, right), {});
}
