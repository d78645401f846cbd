import { defineOperator } from '../operator.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { checkDtype, FLOATS, type NoAttributes, required } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { tanh } from './tanh.ts';

export const geluTanhOperator = defineOperator<NoAttributes>({
  name: 'geluTanh',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const x = required('geluTanh', inputs, 0, 'x');
    checkDtype('geluTanh', 'x', x, FLOATS);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (emit, inputs) => [emit.node('Gelu', inputs, { approximate: 'tanh' })],
  gradient: 'through decomposition',
  decompose(inputs) {
    const x = required('geluTanh', inputs, 0, 'x');
    const cubed = multiply(multiply(x, x), multiply(x, 0.044715));
    return [multiply(multiply(x, 0.5), add(tanh(multiply(add(x, cubed), Math.sqrt(2 / Math.PI))), 1))];
  },
});

/**
 * `x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))`: the approximation of GELU that GPT-2 was trained with
 * (Hendrycks and Gimpel 2016, arXiv 1606.08415; `gelu_new` in transformers).
 */
export const geluTanh = elementwise('geluTanh', 'a float dtype', geluTanhOperator);
