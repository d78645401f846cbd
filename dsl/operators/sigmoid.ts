import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';

export const sigmoidOperator = unaryOperator({
  name: 'sigmoid',
  onnx: 'Sigmoid',
  accepts: FLOATS,
  compute: (value) => 1 / (1 + Math.exp(-value)),
});

/** `1 / (1 + exp(-x))`, from 0 to 1. */
export const sigmoid = (x: Tensor): Tensor => apply(sigmoidOperator, [x], {});
