import { cast } from './cast.ts';
import { greater } from './comparison.ts';
import { multiply } from './multiply.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';

export const reluOperator = unaryOperator({
  name: 'relu',
  computesIn: 'half',
  onnx: 'Relu',
  accepts: FLOATS,
  // By the result, so that x need not be kept; a product, which ONNX Runtime computes faster than a choice.
  gradient: (cotangent, _x, result) => multiply(cotangent, cast(greater(result, 0), result.dtype)),
  compute: (value) => Math.max(value, 0),
});

/** `max(x, 0)`. */
export const relu = elementwise('relu', 'a float dtype', reluOperator);
