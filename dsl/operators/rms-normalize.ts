import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { FloatShape, LastAxis } from '../types/shape/last-axis.ts';
import { add } from './add.ts';
import { divide } from './divide.ts';
import { multiply } from './multiply.ts';
import { square } from './power.ts';
import { reduceMean } from './reduce.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';
import { checkLastAxis } from './shared/last-axis.ts';
import { subtract } from './subtract.ts';
import { sqrt } from './unary.ts';

export const rmsNormalizeOperator = defineOperator<{ epsilon: number }>({
  name: 'rmsNormalize',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const x = required('rmsNormalize', inputs, 0, 'x');
    const weight = required('rmsNormalize', inputs, 1, 'weight');
    const dtype = sameDtype('rmsNormalize', x, weight);
    checkDtype('rmsNormalize', 'x', x, FLOATS);
    checkLastAxis('rmsNormalize', x, 'weight', weight);
    return [{ dtype, shape: x.shape }];
  },
  lower(emit, inputs, { attributes }) {
    return [emit.node('RMSNormalization', inputs, { axis: -1, epsilon: { float: attributes.epsilon } })];
  },
  gradient({ cotangent, input, attributes: { epsilon } }) {
    const x = input(0);
    // Once a row, not once an element; and not the quotient that ONNX Runtime would take for a norm's forward pass.
    const inverse = divide(1, sqrt(add(reduceMean(square(x), [-1], true), epsilon)));
    const normalised = multiply(x, inverse);
    const scaled = multiply(cotangent, input(1));
    // A normalised row keeps its length, so what would change it is taken out.
    const alongRow = multiply(normalised, reduceMean(multiply(scaled, normalised), [-1], true));
    return [multiply(subtract(scaled, alongRow), inverse), multiply(cotangent, normalised)];
  },
  decompose(inputs, { epsilon }) {
    const x = required('rmsNormalize', inputs, 0, 'x');
    const size = sqrt(add(reduceMean(square(x), [-1], true), epsilon));
    return [multiply(divide(x, size), required('rmsNormalize', inputs, 1, 'weight'))];
  },
});

/**
 * `x / sqrt(mean(x^2) + epsilon) * weight`, the mean over the last axis (Zhang and Sennrich 2019, arXiv 1910.07467).
 *
 * @param x `[..., dim]`
 * @param weight `[dim]`
 * @param epsilon default 1e-6, LLaMA's
 */
export function rmsNormalize<X extends Tensor, W extends Tensor>(
  x: Checked<FloatShape<'rmsNormalize', X>, X>,
  weight: Checked<LastAxis<'rmsNormalize', X, 'weight', W>, W>,
  epsilon?: number,
): Result<DtypeOfTensor<X>, Both<FloatShape<'rmsNormalize', X>, LastAxis<'rmsNormalize', X, 'weight', W>>>;
export function rmsNormalize(x: Tensor, weight: Tensor, epsilon = 1e-6): Tensor {
  return apply(rmsNormalizeOperator, [x, weight], { epsilon });
}
