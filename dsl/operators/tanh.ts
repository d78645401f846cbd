import { multiply } from './multiply.ts';
import { square } from './power.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { subtract } from './subtract.ts';

export const tanhOperator = unaryOperator({
  name: 'tanh',
  computesIn: 'float32',
  onnx: 'Tanh',
  accepts: FLOATS,
  gradient: (cotangent, _x, result) => multiply(cotangent, subtract(1, square(result))),
  compute: Math.tanh,
});

/** The hyperbolic tangent, from -1 to 1; 0 at 0, which is why Flamingo's gates start closed. */
export const tanh = elementwise('tanh', 'a float dtype', tanhOperator);
