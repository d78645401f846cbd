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

export const layerNormalizeOperator = defineOperator<{ epsilon: number }>({
  name: 'layerNormalize',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const x = required('layerNormalize', inputs, 0, 'x');
    const weight = required('layerNormalize', inputs, 1, 'weight');
    const dtype = sameDtype('layerNormalize', x, weight, inputs[2]);
    checkDtype('layerNormalize', 'x', x, FLOATS);
    checkLastAxis('layerNormalize', x, 'weight', weight);
    checkLastAxis('layerNormalize', x, 'bias', inputs[2]);
    return [{ dtype, shape: x.shape }];
  },
  lower(emit, inputs, { attributes }) {
    return [emit.node('LayerNormalization', inputs, { axis: -1, epsilon: { float: attributes.epsilon } })];
  },
  gradient({ cotangent, input, attributes: { epsilon } }) {
    const x = input(0);
    const centred = subtract(x, reduceMean(x, [-1], true));
    // Once a row, not once an element; and not the quotient that ONNX Runtime would take for a norm's forward pass.
    const inverse = divide(1, sqrt(add(reduceMean(square(centred), [-1], true), epsilon)));
    const normalised = multiply(centred, inverse);
    const scaled = multiply(cotangent, input(1));
    // A normalised row keeps its mean and its length, so what would change them is taken out.
    const alongRow = multiply(normalised, reduceMean(multiply(scaled, normalised), [-1], true));
    const turned = subtract(subtract(scaled, reduceMean(scaled, [-1], true)), alongRow);
    return [multiply(turned, inverse), multiply(cotangent, normalised), cotangent];
  },
  decompose(inputs, { epsilon }) {
    const x = required('layerNormalize', inputs, 0, 'x');
    const centred = subtract(x, reduceMean(x, [-1], true));
    const variance = reduceMean(square(centred), [-1], true);
    const scaled = multiply(
      divide(centred, sqrt(add(variance, epsilon))),
      required('layerNormalize', inputs, 1, 'weight'),
    );
    return [inputs[2] === undefined ? scaled : add(scaled, inputs[2])];
  },
});

/**
 * `(x - mean) / sqrt(variance + epsilon) * weight + bias`, mean and variance over the last axis
 * (Ba et al. 2016, arXiv 1607.06450).
 *
 * @param x `[..., dim]`
 * @param weight `[dim]`
 * @param bias `[dim]`; default none
 * @param epsilon default 1e-5, PyTorch's
 */
export function layerNormalize<X extends Tensor, W extends Tensor, B extends Tensor | undefined = undefined>(
  x: Checked<FloatShape<'layerNormalize', X>, X>,
  weight: Checked<LastAxis<'layerNormalize', X, 'weight', W>, W>,
  bias?: Checked<LastAxis<'layerNormalize', X, 'bias', B>, B>,
  epsilon?: number,
): Result<
  DtypeOfTensor<X>,
  Both<
    FloatShape<'layerNormalize', X>,
    Both<LastAxis<'layerNormalize', X, 'bias', B>, LastAxis<'layerNormalize', X, 'weight', W>>
  >
>;
export function layerNormalize(x: Tensor, weight: Tensor, bias?: Tensor, epsilon = 1e-5): Tensor {
  return apply(layerNormalizeOperator, bias === undefined ? [x, weight] : [x, weight, bias], { epsilon });
}
