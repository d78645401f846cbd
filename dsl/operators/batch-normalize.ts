import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { ChannelVector, WithChannels } from '../types/shape/channels.ts';
import { add } from './add.ts';
import { scalar } from './constant.ts';
import { divide } from './divide.ts';
import { expand } from './expand.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';
import { alongChannels, checkChannels } from './shared/channels.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';
import { subtract } from './subtract.ts';
import { sqrt } from './unary.ts';

const VECTORS = ['mean', 'variance', 'weight', 'bias'] as const;

export const batchNormalizeOperator = defineOperator<{ epsilon: number }>({
  name: 'batchNormalize',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const x = required('batchNormalize', inputs, 0, 'x');
    const dtype = sameDtype('batchNormalize', x, ...inputs.slice(1));
    checkDtype('batchNormalize', 'x', x, FLOATS);
    for (const [index, name] of VECTORS.entries())
      checkChannels('batchNormalize', x, name, required('batchNormalize', inputs, index + 1, name));
    return [{ dtype, shape: x.shape }];
  },
  lower(emit, [x, mean, variance, weight, bias], { attributes: { epsilon } }) {
    return [
      emit.node('BatchNormalization', [x, weight, bias, mean, variance], { epsilon: { float: epsilon } }),
    ];
  },
  gradient: 'through decomposition',
  decompose(inputs, { epsilon }) {
    const x = required('batchNormalize', inputs, 0, 'x');
    const along = (index: number): Tensor =>
      reshape(required('batchNormalize', inputs, index, 'a vector'), alongChannels(x.shape));
    const scale = divide(along(3), sqrt(add(along(2), epsilon)));
    return [add(multiply(subtract(x, along(1)), scale), along(4))];
  },
});

/**
 * `(x - mean) / sqrt(variance + epsilon) * weight + bias`, channel by channel, with a mean and a variance that are given
 * (Ioffe and Szegedy 2015, arXiv 1502.03167): those that training kept. The layer `batchNorm` has them as parameters.
 *
 * @param x `[batch, channels, ...]`
 * @param mean, variance `[channels]`
 * @param weight, bias `[channels]`; default ones, and zeros
 * @param epsilon default 1e-5, PyTorch's
 */
export function batchNormalize<
  X extends Tensor,
  M extends Tensor,
  V extends Tensor,
  W extends Tensor | undefined = undefined,
  B extends Tensor | undefined = undefined,
>(
  x: Checked<WithChannels<'batchNormalize', X>, X>,
  mean: Checked<ChannelVector<'batchNormalize', X, 'mean', M>, M>,
  variance: Checked<ChannelVector<'batchNormalize', X, 'variance', V>, V>,
  weight?: Checked<ChannelVector<'batchNormalize', X, 'weight', W>, W>,
  bias?: Checked<ChannelVector<'batchNormalize', X, 'bias', B>, B>,
  epsilon?: number,
): Result<
  DtypeOfTensor<X>,
  Both<
    WithChannels<'batchNormalize', X>,
    Both<
      Both<ChannelVector<'batchNormalize', X, 'mean', M>, ChannelVector<'batchNormalize', X, 'variance', V>>,
      Both<ChannelVector<'batchNormalize', X, 'bias', B>, ChannelVector<'batchNormalize', X, 'weight', W>>
    >
  >
>;
export function batchNormalize(
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  weight?: Tensor,
  bias?: Tensor,
  epsilon = 1e-5,
): Tensor {
  const all = (value: number): Tensor => expand(scalar(value, x.dtype), mean.shape);
  return apply(batchNormalizeOperator, [x, mean, variance, weight ?? all(1), bias ?? all(0)], { epsilon });
}
