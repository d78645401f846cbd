import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';

export const sigmoidOperator = unaryOperator({
  name: 'sigmoid',
  onnx: 'Sigmoid',
  accepts: FLOATS,
  compute: (value) => 1 / (1 + Math.exp(-value)),
});

/** `1 / (1 + exp(-x))`, from 0 to 1. */
export const sigmoid = elementwise('sigmoid', 'a float dtype', sigmoidOperator);
