import { multiply } from './multiply.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { subtract } from './subtract.ts';

export const sigmoidOperator = unaryOperator({
  name: 'sigmoid',
  computesIn: 'half',
  onnx: 'Sigmoid',
  accepts: FLOATS,
  gradient: (cotangent, _x, result) => multiply(cotangent, multiply(result, subtract(1, result))),
  compute: (value) => 1 / (1 + Math.exp(-value)),
});

/** `1 / (1 + exp(-x))`, from 0 to 1. */
export const sigmoid = elementwise('sigmoid', 'a float dtype', sigmoidOperator);
