import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { LeftOperand, RightOperand, Truth } from '../types/operand.ts';
import { binaryOperator, unaryOperator } from './shared/elementwise.ts';
import { BOOLEANS } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';

export const andOperator = binaryOperator({
  name: 'and',
  computesIn: 'half',
  onnx: 'And',
  accepts: BOOLEANS,
  commutative: true,
  gradient: 'zero',
  compute: (left, right) => left * right,
});
export const orOperator = binaryOperator({
  name: 'or',
  computesIn: 'half',
  onnx: 'Or',
  accepts: BOOLEANS,
  commutative: true,
  gradient: 'zero',
  compute: (left, right) => Math.max(left, right),
});
export const notOperator = unaryOperator({
  name: 'not',
  computesIn: 'half',
  onnx: 'Not',
  accepts: BOOLEANS,
  gradient: 'zero',
  compute: (value) => 1 - value,
});

/** True where both bool tensors are, broadcast. */
export function and<L extends Tensor, R extends Tensor>(
  left: LeftOperand<'and', 'bool', L, R>,
  right: RightOperand<'and', L, R>,
): Truth<'and', L, R, 'bool'>;
export function and(left: Tensor, right: Tensor): Tensor {
  return apply(andOperator, [left, right], {});
}

/** True where one of the bool tensors is, broadcast. */
export function or<L extends Tensor, R extends Tensor>(
  left: LeftOperand<'or', 'bool', L, R>,
  right: RightOperand<'or', L, R>,
): Truth<'or', L, R, 'bool'>;
export function or(left: Tensor, right: Tensor): Tensor {
  return apply(orOperator, [left, right], {});
}

/** True where the bool tensor is false. */
export const not = elementwise('not', 'bool', notOperator);
