import { greater } from './comparison.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { where } from './where.ts';

export const reluOperator = unaryOperator({
  name: 'relu',
  onnx: 'Relu',
  accepts: FLOATS,
  gradient: (cotangent, x) => where(greater(x, 0), cotangent, 0),
  compute: (value) => Math.max(value, 0),
});

/** `max(x, 0)`. */
export const relu = elementwise('relu', 'a float dtype', reluOperator);
