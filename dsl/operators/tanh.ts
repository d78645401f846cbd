import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';

export const tanhOperator = unaryOperator({
  name: 'tanh',
  onnx: 'Tanh',
  accepts: FLOATS,
  compute: Math.tanh,
});

/** The hyperbolic tangent, from -1 to 1; 0 at 0, which is why Flamingo's gates start closed. */
export const tanh = elementwise('tanh', 'a float dtype', tanhOperator);
