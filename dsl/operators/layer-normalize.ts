import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { FloatShape, LastAxis } from '../types/shape/last-axis.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { divide } from './divide.ts';
import { matmul } from './matmul.ts';
import { multiply } from './multiply.ts';
import { square } from './power.ts';
import { reduceMean, reduceSum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';
import { checkLastAxis } from './shared/last-axis.ts';
import { standardize } from './shared/standardize.ts';
import { sizeOf } from './size-of.ts';
import { subtract } from './subtract.ts';
import { sqrt } from './unary.ts';

/** The weighted sum of each row, `[..., 1]`: a product, which writes nothing but the sums. */
function rowSums(x: Tensor, weights: Tensor): Tensor {
  if (x.shape.length < 2) return reduceSum(multiply(x, weights), [-1], true);
  return matmul(x, reshape(weights, [x.shape.at(-1) ?? 1, 1]));
}

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
  gradient({ cotangent, input, attributes }) {
    const [x, weight] = [input(0), input(1)];
    const dim = x.shape.at(-1) ?? 1;
    const [normalised, inverse] = standardize(x, attributes);
    const byWeight = multiply(cotangent, normalised);
    const shares = multiply(weight, divide(1, cast(sizeOf(dim), x.dtype)));
    // A normalised row keeps its mean and its length, so what would change them is taken out.
    const alongRow = multiply(normalised, rowSums(byWeight, shares));
    const turned = subtract(subtract(multiply(cotangent, weight), alongRow), rowSums(cotangent, shares));
    return [multiply(turned, inverse), byWeight, cotangent];
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
