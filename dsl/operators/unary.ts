import { apply } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { FLOATS, NUMBERS } from './shared/inputs.ts';

export const sqrtOperator = unaryOperator({
  name: 'sqrt',
  onnx: 'Sqrt',
  accepts: FLOATS,
  compute: Math.sqrt,
});
export const expOperator = unaryOperator({ name: 'exp', onnx: 'Exp', accepts: FLOATS, compute: Math.exp });
export const logOperator = unaryOperator({ name: 'log', onnx: 'Log', accepts: FLOATS, compute: Math.log });
export const sineOperator = unaryOperator({ name: 'sine', onnx: 'Sin', accepts: FLOATS, compute: Math.sin });
export const cosineOperator = unaryOperator({
  name: 'cosine',
  onnx: 'Cos',
  accepts: FLOATS,
  compute: Math.cos,
});
export const floorOperator = unaryOperator({
  name: 'floor',
  onnx: 'Floor',
  accepts: FLOATS,
  compute: Math.floor,
});
// JavaScript has no error function, so this one is left to ONNX Runtime.
export const errorFunctionOperator = unaryOperator({ name: 'errorFunction', onnx: 'Erf', accepts: FLOATS });
export const negateOperator = unaryOperator({
  name: 'negate',
  onnx: 'Neg',
  accepts: NUMBERS.filter((dtype) => dtype !== 'uint8'),
  compute: (value) => -value,
});
export const absoluteOperator = unaryOperator({
  name: 'absolute',
  onnx: 'Abs',
  accepts: NUMBERS,
  compute: Math.abs,
});

/** The square root; NaN below 0. */
export const sqrt = (x: Tensor): Tensor => apply(sqrtOperator, [x], {});
/** e to the power of x. */
export const exp = (x: Tensor): Tensor => apply(expOperator, [x], {});
/** The natural logarithm; -Infinity at 0, NaN below. */
export const log = (x: Tensor): Tensor => apply(logOperator, [x], {});
/** `-x`, of floats and signed integers. */
export const negate = (x: Tensor): Tensor => apply(negateOperator, [x], {});
/** `|x|`. */
export const absolute = (x: Tensor): Tensor => apply(absoluteOperator, [x], {});
/** The sine of an angle in radians. */
export const sine = (x: Tensor): Tensor => apply(sineOperator, [x], {});
/** The cosine of an angle in radians. */
export const cosine = (x: Tensor): Tensor => apply(cosineOperator, [x], {});
/** The largest whole number that is not above x. */
export const floor = (x: Tensor): Tensor => apply(floorOperator, [x], {});
/** The Gauss error function, `2/sqrt(pi)` times the integral of `exp(-t^2)` from 0 to x. */
export const errorFunction = (x: Tensor): Tensor => apply(errorFunctionOperator, [x], {});
