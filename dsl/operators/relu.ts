import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { greater } from './comparison.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS } from './shared/inputs.ts';
import { where } from './where.ts';

export const reluOperator = unaryOperator({
  name: 'relu',
  onnx: 'Relu',
  accepts: FLOATS,
  gradient: (cotangent, x) => where(greater(x, 0), cotangent, 0),
  compute: (value) => Math.max(value, 0),
});

/** `max(x, 0)`. */
export const relu = (x: Tensor): Tensor => apply(reluOperator, [x], {});
