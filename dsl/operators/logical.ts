import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { binaryOperator, unaryOperator } from './shared/elementwise.ts';
import { BOOLEANS } from './shared/inputs.ts';

export const andOperator = binaryOperator({
  name: 'and',
  onnx: 'And',
  accepts: BOOLEANS,
  commutative: true,
  gradient: 'zero',
  compute: (left, right) => left * right,
});
export const orOperator = binaryOperator({
  name: 'or',
  onnx: 'Or',
  accepts: BOOLEANS,
  commutative: true,
  gradient: 'zero',
  compute: (left, right) => Math.max(left, right),
});
export const notOperator = unaryOperator({
  name: 'not',
  onnx: 'Not',
  accepts: BOOLEANS,
  gradient: 'zero',
  compute: (value) => 1 - value,
});

/** True where both bool tensors are, broadcast. */
export const and = (left: Tensor, right: Tensor): Tensor => apply(andOperator, [left, right], {});
/** True where one of the bool tensors is, broadcast. */
export const or = (left: Tensor, right: Tensor): Tensor => apply(orOperator, [left, right], {});
/** True where the bool tensor is false. */
export const not = (x: Tensor): Tensor => apply(notOperator, [x], {});
