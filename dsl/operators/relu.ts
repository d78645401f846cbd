import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';

export const reluOperator = unaryOperator({
  name: 'relu',
  onnx: 'Relu',
  accepts: FLOATS,
  compute: (value) => Math.max(value, 0),
});

/** `max(x, 0)`. */
export const relu = (x: Tensor): Tensor => apply(reluOperator, [x], {});
