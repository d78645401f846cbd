import type { Operator } from '../operator.ts';
import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { type Operand, operands } from './constant.ts';
import { binaryOperator } from './shared/elementwise.ts';
import { type NoAttributes, NUMBERS } from './shared/inputs.ts';

export const equalOperator = binaryOperator({
  name: 'equal',
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
    result: 'bool',
    gradient: 'zero',
    compute: (left, right) => Number(holds(left, right)),
  });
}

/** Whether the operands are equal, element by element, broadcast: a bool tensor. NaN equals nothing. */
export function equal(left: Operand, right: Operand): Tensor {
  return apply(equalOperator, operands(left, right), {});
}

/** `left < right`, element by element, broadcast: a bool tensor. */
export function less(left: Operand, right: Operand): Tensor {
  return apply(lessOperator, operands(left, right), {});
}

/** `left <= right`, element by element, broadcast: a bool tensor. */
export function lessOrEqual(left: Operand, right: Operand): Tensor {
  return apply(lessOrEqualOperator, operands(left, right), {});
}

/** `left > right`, element by element, broadcast: a bool tensor. */
export function greater(left: Operand, right: Operand): Tensor {
  return apply(greaterOperator, operands(left, right), {});
}

/** `left >= right`, element by element, broadcast: a bool tensor. */
export function greaterOrEqual(left: Operand, right: Operand): Tensor {
  return apply(greaterOrEqualOperator, operands(left, right), {});
}
