import { apply, defineOperator, fail } from '../operator.ts';
import { multiplyDims } from '../shape/dim.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { ChannelVector, WithChannels } from '../types/shape/channels.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { scalar } from './constant.ts';
import { divide } from './divide.ts';
import { expand } from './expand.ts';
import { maximum } from './maximum.ts';
import { multiply } from './multiply.ts';
import { square } from './power.ts';
import { reduceMean } from './reduce.ts';
import { reshape } from './reshape.ts';
import { alongChannels, checkChannels } from './shared/channels.ts';
import { broadcastNumbers, foldable, numbersOf } from './shared/elements.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';
import { sizeOf } from './size-of.ts';
import { subtract } from './subtract.ts';
import { sqrt } from './unary.ts';

const VECTORS = ['mean', 'variance', 'weight', 'bias'] as const;

export const batchNormalizeOperator = defineOperator<{ epsilon: number; momentum: number | undefined }>({
  name: 'batchNormalize',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { momentum }) {
    const x = required('batchNormalize', inputs, 0, 'x');
    const dtype = sameDtype('batchNormalize', x, ...inputs.slice(1));
    checkDtype('batchNormalize', 'x', x, FLOATS);
    if (momentum !== undefined && !(momentum >= 0 && momentum <= 1))
      fail(`batchNormalize: momentum must be from 0 to 1, but it is ${momentum}`);
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
  fold(inputs, { epsilon }, types) {
    const [x, ...vectors] = inputs;
    if (x === undefined || !foldable(inputs, types)) return undefined;
    const along = vectors.map(({ data }) =>
      broadcastNumbers(
        { dtype: 'float32', shape: x.shape.slice(1).map((size, axis) => (axis === 0 ? size : 1)), data },
        x.shape,
      ),
    );
    const [mean, variance, weight, bias] = along;
    const values = numbersOf(x.data)?.map((value, index) => {
      const scale = (weight?.[index] ?? 1) / Math.sqrt((variance?.[index] ?? 1) + epsilon);
      return (value - (mean?.[index] ?? 0)) * scale + (bias?.[index] ?? 0);
    });
    return values && [Float32Array.from(values)];
  },
  // By the batch's own statistics, towards which those that are kept move. Frozen ones are as in answers.
  inTraining({ inputs, attributes: { epsilon, momentum } }, training) {
    const [x, mean, variance, weight, bias] = inputs;
    if (x === undefined || mean === undefined || variance === undefined || momentum === undefined)
      return undefined;
    if (!training.changes(mean) || !training.changes(variance)) return undefined;
    const others = x.shape.map((_dim, axis) => axis).filter((axis) => axis !== 1);
    const batchMean: Tensor = reduceMean(x, others);
    const centred = subtract(x, reshape(batchMean, alongChannels(x.shape)));
    const batchVariance: Tensor = reduceMean(square(centred), others);
    const count = cast(sizeOf(multiplyDims(...others.map((axis) => x.shape[axis] ?? 1))), x.dtype);
    // What is kept is the unbiased estimate, what is divided by is not: as in PyTorch. One value tells no variance.
    const unbiased = multiply(batchVariance, divide(count, maximum(subtract(count, 1), 1)));
    const moved = (parameter: Tensor, towards: Tensor) =>
      training.set(
        parameter,
        add(multiply(training.current(parameter), 1 - momentum), multiply(towards, momentum)),
      );
    moved(mean, batchMean);
    moved(variance, unbiased);
    return [batchNormalize(x, batchMean, batchVariance, weight, bias, epsilon)];
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
 * @param momentum while a recipe trains mean and variance (parameters that it does not freeze), x is normalised by the
 *   batch's own, and they move towards those by this share, PyTorch's usual being 0.1. Default: they stay
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
  momentum?: number,
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
  momentum?: number,
): Tensor {
  const all = (value: number): Tensor => expand(scalar(value, x.dtype), mean.shape);
  const inputs = [x, mean, variance, weight ?? all(1), bias ?? all(0)];
  return apply(batchNormalizeOperator, inputs, { epsilon, momentum });
}
