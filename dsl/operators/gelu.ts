import { defineOperator } from '../operator.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { square } from './power.ts';
import { checkDtype, FLOATS, type NoAttributes, required } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { erf, exp } from './unary.ts';

export const geluOperator = defineOperator<NoAttributes>({
  name: 'gelu',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const x = required('gelu', inputs, 0, 'x');
    checkDtype('gelu', 'x', x, FLOATS);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (emit, inputs) => [emit.node('Gelu', inputs, { approximate: 'none' })],
  // The chance below x, and x times the normal density there.
  gradient({ cotangent, input }) {
    const x = input(0);
    const below = multiply(add(erf(multiply(x, Math.SQRT1_2)), 1), 0.5);
    const density = multiply(exp(multiply(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [multiply(cotangent, add(below, multiply(x, density)))];
  },
  decompose(inputs) {
    const x = required('gelu', inputs, 0, 'x');
    return [multiply(multiply(x, 0.5), add(erf(multiply(x, Math.SQRT1_2)), 1))];
  },
});

/**
 * `x/2 * (1 + erf(x / sqrt 2))`: x times the chance that a standard normal number is below x. The exact form, not the
 * tanh approximation (Hendrycks and Gimpel 2016, arXiv 1606.08415).
 */
export const gelu = elementwise('gelu', 'a float dtype', geluOperator);
