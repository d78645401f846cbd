import { defineOperator } from '../operator.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { square } from './power.ts';
import { checkDtype, FLOATS, type NoAttributes, required } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { subtract } from './subtract.ts';
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
  /*
   * The chance below x, and x times the normal density there, both doubled: the half is left to the cotangent, which is a
   * product as a rule, whose kernel takes a factor for nothing. Each step is a pass over memory, so there are few.
   */
  gradient({ cotangent, input }) {
    const scaled = multiply(input(0), Math.SQRT1_2);
    const density = exp(subtract(Math.log(2 / Math.sqrt(Math.PI)), square(scaled)));
    return [multiply(multiply(cotangent, 0.5), add(add(erf(scaled), multiply(scaled, density)), 1))];
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
