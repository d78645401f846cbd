import type { Dtype } from '../dtype.ts';
import { apply, defineOperator } from '../operator.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { type NoAttributes, required } from './shared/inputs.ts';

export const stopGradientOperator = defineOperator<NoAttributes>({
  name: 'stopGradient',
  computesIn: 'any dtype',
  // In answers it is not there.
  movement: ({ inputs: [x] }) => x,
  weight: 'none',
  infer(inputs) {
    const x = required('stopGradient', inputs, 0, 'x');
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  decompose: (inputs) => [required('stopGradient', inputs, 0, 'x')],
  gradient: 'zero',
});

/**
 * x itself, through which no gradient goes back: to training it is a constant. What is rounded learns as if it were not by
 * `add(x, stopGradient(subtract(round(x), x)))` (the straight-through estimator, Bengio et al. 2013, arXiv 1308.3432), and a
 * teacher does not follow its pupil. A compiled model has no node of it.
 *
 * @param x of any dtype and shape
 */
export function stopGradient<D extends Dtype, S extends Shape>(x: Tensor<D, S>): Tensor<D, S>;
export function stopGradient(x: Tensor): Tensor {
  return apply(stopGradientOperator, [x], {});
}
