import { greater, less } from './comparison.ts';
import { divide } from './divide.ts';
import { multiply } from './multiply.ts';
import { unaryOperator } from './shared/elementwise.ts';
import { zeroWithCotangent } from './shared/guarded.ts';
import { FLOATS, NUMBERS } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { where } from './where.ts';

export const sqrtOperator = unaryOperator({
  name: 'sqrt',
  computesIn: 'float32',
  onnx: 'Sqrt',
  accepts: FLOATS,
  gradient: (cotangent, _x, result) => zeroWithCotangent(cotangent, divide(multiply(cotangent, 0.5), result)),
  compute: Math.sqrt,
});
export const expOperator = unaryOperator({
  name: 'exp',
  computesIn: 'float32',
  onnx: 'Exp',
  accepts: FLOATS,
  gradient: (cotangent, _x, result) => zeroWithCotangent(cotangent, multiply(cotangent, result)),
  compute: Math.exp,
});
export const logOperator = unaryOperator({
  name: 'log',
  computesIn: 'float32',
  onnx: 'Log',
  accepts: FLOATS,
  gradient: (cotangent, x) => zeroWithCotangent(cotangent, divide(cotangent, x)),
  compute: Math.log,
});
export const sinOperator = unaryOperator({
  name: 'sin',
  computesIn: 'float32',
  onnx: 'Sin',
  accepts: FLOATS,
  gradient: (cotangent, x) => multiply(cotangent, cos(x)),
  compute: Math.sin,
});
export const cosOperator = unaryOperator({
  name: 'cos',
  computesIn: 'float32',
  onnx: 'Cos',
  accepts: FLOATS,
  gradient: (cotangent, x) => neg(multiply(cotangent, sin(x))),
  compute: Math.cos,
});
export const floorOperator = unaryOperator({
  name: 'floor',
  computesIn: 'half',
  onnx: 'Floor',
  accepts: FLOATS,
  gradient: 'zero',
  compute: Math.floor,
});
export const ceilOperator = unaryOperator({
  name: 'ceil',
  computesIn: 'half',
  onnx: 'Ceil',
  accepts: FLOATS,
  gradient: 'zero',
  compute: Math.ceil,
});
export const roundOperator = unaryOperator({
  name: 'round',
  computesIn: 'half',
  onnx: 'Round',
  accepts: FLOATS,
  gradient: 'zero',
  compute: halvesToEven,
});
export const signOperator = unaryOperator({
  name: 'sign',
  computesIn: 'half',
  onnx: 'Sign',
  accepts: NUMBERS,
  gradient: 'zero',
  compute: Math.sign,
});
// JavaScript has no error function, so this one is left to ONNX Runtime.
export const erfOperator = unaryOperator({
  name: 'erf',
  computesIn: 'float32',
  onnx: 'Erf',
  accepts: FLOATS,
  gradient: (cotangent, x) => multiply(cotangent, multiply(exp(neg(multiply(x, x))), 2 / Math.sqrt(Math.PI))),
});
export const negOperator = unaryOperator({
  name: 'neg',
  computesIn: 'half',
  onnx: 'Neg',
  accepts: NUMBERS.filter((dtype) => dtype !== 'uint8'),
  gradient: (cotangent) => neg(cotangent),
  compute: (value) => -value,
});
export const absOperator = unaryOperator({
  name: 'abs',
  computesIn: 'half',
  onnx: 'Abs',
  accepts: NUMBERS,
  // Nothing at 0, between the two slopes, as in PyTorch.
  gradient: (cotangent, x) => where(greater(x, 0), cotangent, where(less(x, 0), neg(cotangent), 0)),
  compute: Math.abs,
});

/** The square root; NaN below 0. */
export const sqrt = elementwise('sqrt', 'a float dtype', sqrtOperator);
/** e to the power of x. */
export const exp = elementwise('exp', 'a float dtype', expOperator);
/** The natural logarithm; -Infinity at 0, NaN below. */
export const log = elementwise('log', 'a float dtype', logOperator);
/** `-x`, of floats and signed integers. */
export const neg = elementwise(
  'neg',
  'float32 or float16 or bfloat16 or int64 or int32 or int8',
  negOperator,
);
/** `|x|`. */
export const abs = elementwise('abs', 'a number dtype', absOperator);
/** The sine of an angle in radians. */
export const sin = elementwise('sin', 'a float dtype', sinOperator);
/** The cosine of an angle in radians. */
export const cos = elementwise('cos', 'a float dtype', cosOperator);
/** The largest whole number that is not above x. */
export const floor = elementwise('floor', 'a float dtype', floorOperator);
/** The smallest whole number that is not below x. */
export const ceil = elementwise('ceil', 'a float dtype', ceilOperator);
/** The nearest whole number; of two that are as near, the even one, as in PyTorch. Its gradient is zero: `stopGradient` says how to train through it. */
export const round = elementwise('round', 'a float dtype', roundOperator);
/** -1 below 0, 0 at 0, 1 above. */
export const sign = elementwise('sign', 'a number dtype', signOperator);
/** The Gauss error function, `2/sqrt(pi)` times the integral of `exp(-t^2)` from 0 to x. */
export const erf = elementwise('erf', 'a float dtype', erfOperator);

/** JavaScript rounds halves up. */
function halvesToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
