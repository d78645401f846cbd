import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';

export const tanhOperator = unaryOperator({
  name: 'tanh',
  onnx: 'Tanh',
  accepts: FLOATS,
  compute: Math.tanh,
});

/** The hyperbolic tangent, from -1 to 1; 0 at 0, which is why Flamingo's gates start closed. */
export const tanh = (x: Tensor): Tensor => apply(tanhOperator, [x], {});
