import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';

export const reluOperator = unaryOperator({
  name: 'relu',
  onnx: 'Relu',
  accepts: FLOATS,
  compute: (value) => Math.max(value, 0),
});

/** `max(x, 0)`. */
export const relu = elementwise('relu', 'a float dtype', reluOperator);
