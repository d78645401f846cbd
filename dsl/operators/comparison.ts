import { apply } from '../operator.ts';
import type { Operator, Tensor } from '../tensor.ts';
import type { LeftOperand, RightOperand, Truth } from '../types/operand.ts';
import { type Operand, operands } from './constant.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { type NoAttributes, NUMBERS } from './shared/inputs.ts';

export const equalOperator = binaryOperator({
  name: 'equal',
  computesIn: 'half',
  onnx: 'Equal',
  accepts: [...NUMBERS, 'bool'],
  commutative: true,
  result: 'bool',
  gradient: 'zero',
  compute: (left, right) => Number(left === right),
});
export const lessOperator = ordering('less', 'Less', (left, right) => left < right);
export const lessOrEqualOperator = ordering('lessOrEqual', 'LessOrEqual', (left, right) => left <= right);
export const greaterOperator = ordering('greater', 'Greater', (left, right) => left > right);
export const greaterOrEqualOperator = ordering(
  'greaterOrEqual',
  'GreaterOrEqual',
  (left, right) => left >= right,
);

function ordering(
  name: string,
  onnx: string,
  holds: (left: number, right: number) => boolean,
): Operator<NoAttributes> {
  return binaryOperator({
    name,
    onnx,
    accepts: NUMBERS,
    computesIn: 'half',
    result: 'bool',
    gradient: 'zero',
    compute: (left, right) => Number(holds(left, right)),
  });
}

/** Whether the operands are equal, element by element, broadcast: a bool tensor. NaN equals nothing. */
export function equal<L extends Operand, R extends Operand>(
  left: L,
  right: RightOperand<'equal', L, R>,
): Truth<'equal', L, R>;
export function equal(left: Operand, right: Operand): Tensor {
  return apply(equalOperator, operands(left, right), {});
}

/** `left < right`, element by element, broadcast: a bool tensor. */
export function less<L extends Operand, R extends Operand>(
  left: LeftOperand<'less', 'a number dtype', L, R>,
  right: RightOperand<'less', L, R>,
): Truth<'less', L, R, 'a number dtype'>;
export function less(left: Operand, right: Operand): Tensor {
  return apply(lessOperator, operands(left, right), {});
}

/** `left <= right`, element by element, broadcast: a bool tensor. */
export function lessOrEqual<L extends Operand, R extends Operand>(
  left: LeftOperand<'lessOrEqual', 'a number dtype', L, R>,
  right: RightOperand<'lessOrEqual', L, R>,
): Truth<'lessOrEqual', L, R, 'a number dtype'>;
export function lessOrEqual(left: Operand, right: Operand): Tensor {
  return apply(lessOrEqualOperator, operands(left, right), {});
}

/** `left > right`, element by element, broadcast: a bool tensor. */
export function greater<L extends Operand, R extends Operand>(
  left: LeftOperand<'greater', 'a number dtype', L, R>,
  right: RightOperand<'greater', L, R>,
): Truth<'greater', L, R, 'a number dtype'>;
export function greater(left: Operand, right: Operand): Tensor {
  return apply(greaterOperator, operands(left, right), {});
}

/** `left >= right`, element by element, broadcast: a bool tensor. */
export function greaterOrEqual<L extends Operand, R extends Operand>(
  left: LeftOperand<'greaterOrEqual', 'a number dtype', L, R>,
  right: RightOperand<'greaterOrEqual', L, R>,
): Truth<'greaterOrEqual', L, R, 'a number dtype'>;
export function greaterOrEqual(left: Operand, right: Operand): Tensor {
  return apply(greaterOrEqualOperator, operands(left, right), {});
}
