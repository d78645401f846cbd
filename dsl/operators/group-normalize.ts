import { sentence } from '../errors/sentence.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { CHANNEL_GROUPS } from '../sentences/channels.ts';
import { multiplyDims } from '../shape/dim.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { ChannelVector, Groups, WithChannels } from '../types/shape/channels.ts';
import type { ShapeOfTensor } from '../types/shape-of.ts';
import { add } from './add.ts';
import { divide } from './divide.ts';
import { multiply } from './multiply.ts';
import { square } from './power.ts';
import { reduceMean } from './reduce.ts';
import { lowerReshape, reshape } from './reshape.ts';
import { alongChannels, channelsOf, checkChannels } from './shared/channels.ts';
import { foldable, numbersOf } from './shared/elements.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';
import { named } from './shared/names.ts';
import { subtract } from './subtract.ts';
import { sqrt } from './unary.ts';

export const groupNormalizeOperator = defineOperator<{ groups: number; epsilon: number }>({
  name: 'groupNormalize',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { groups }) {
    const x = required('groupNormalize', inputs, 0, 'x');
    const dtype = sameDtype('groupNormalize', x, inputs[1], inputs[2]);
    checkDtype('groupNormalize', 'x', x, FLOATS);
    checkChannels('groupNormalize', x, 'weight', inputs[1]);
    checkChannels('groupNormalize', x, 'bias', inputs[2]);
    const channels = channelsOf('groupNormalize', x);
    if (typeof channels !== 'number')
      fail(`groupNormalize: the channels must be a known number, but x is ${describeShape(x.shape)}`);
    if (!Number.isInteger(groups) || groups < 1 || Number(channels) % groups !== 0) {
      fail(sentence(CHANNEL_GROUPS, { channels, x: describeShape(x.shape), groups }));
    }
    return [{ dtype, shape: x.shape }];
  },
  // ONNX Runtime has no kernel of GroupNormalization: a group is the row of a layer normalisation by itself.
  lower(emit, names, { inputs, attributes: { groups, epsilon } }) {
    const { dtype, shape } = required('groupNormalize', inputs, 0, 'x');
    const rows = rowsOf(shape, groups);
    const ones = emit.node('Expand', [emit.scalar(1, dtype), emit.shape(rows.slice(2))]);
    const normalised = emit.node(
      'LayerNormalization',
      [lowerReshape(emit, named(names, 0), shape, rows), ones],
      { axis: -1, epsilon: { float: epsilon } },
    );
    const vector = (index: number) =>
      names[index] && lowerReshape(emit, names[index], shape.slice(1, 2), alongChannels(shape));
    const [weight, bias] = [vector(1), vector(2)];
    const back = lowerReshape(emit, normalised, rows, shape);
    const scaled = weight === undefined ? back : emit.node('Mul', [back, weight]);
    return [bias === undefined ? scaled : emit.node('Add', [scaled, bias])];
  },
  gradient: 'through decomposition',
  fold(inputs, { groups, epsilon }, types) {
    const [x, weight, bias] = inputs;
    const numbers = x && numbersOf(x.data);
    if (x === undefined || numbers === undefined || !foldable(inputs, types)) return undefined;
    const width = Number(rowsOf(x.shape, groups)[2]);
    const places = width / (Number(x.shape[1]) / groups);
    const result = new Float32Array(numbers.length);
    for (let start = 0; start < numbers.length; start += width) {
      const row = numbers.slice(start, start + width);
      const mean = row.reduce((sum, value) => sum + value, 0) / width;
      const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width + epsilon);
      for (const [place, value] of row.entries()) {
        const channel = Math.floor((start + place) / places) % Number(x.shape[1]);
        const [scale, shift] = [Number(weight?.data[channel] ?? 1), Number(bias?.data[channel] ?? 0)];
        result[start + place] = ((value - mean) / deviation) * scale + shift;
      }
    }
    return [result];
  },
  decompose(inputs, { groups, epsilon }) {
    const x = required('groupNormalize', inputs, 0, 'x');
    const rows = reshape(x, rowsOf(x.shape, groups));
    const centred = subtract(rows, reduceMean(rows, [-1], true));
    // Once a group, not once an element.
    const inverse = divide(1, sqrt(add(reduceMean(square(centred), [-1], true), epsilon)));
    const normalised: Tensor = reshape(multiply(centred, inverse), x.shape);
    const [weight, bias] = inputs.slice(1).map((vector) => vector && reshape(vector, alongChannels(x.shape)));
    const scaled = weight === undefined ? normalised : multiply(normalised, weight);
    return [bias === undefined ? scaled : add(scaled, bias)];
  },
});

function rowsOf([batch = 1, channels = 1, ...size]: Shape, groups: number): Shape {
  return [batch, groups, multiplyDims(Number(channels) / groups, ...size)];
}

/**
 * Each group of channels of each example, over all places: less its mean, divided by `sqrt(variance + epsilon)`; then
 * times weight, plus bias, channel by channel (Wu and He 2018, arXiv 1803.08494). With as many groups as channels it is
 * instance normalisation.
 *
 * @param x `[batch, channels, ...]`, the number of channels known; other sizes may be open
 * @param groups divides the channels
 * @param weight, bias `[channels]`; default none
 * @param epsilon default 1e-5, PyTorch's
 */
export function groupNormalize<
  X extends Tensor,
  G extends number,
  W extends Tensor | undefined = undefined,
  B extends Tensor | undefined = undefined,
>(
  x: Checked<WithChannels<'groupNormalize', X>, X>,
  groups: Checked<Groups<ShapeOfTensor<X>, G>, G>,
  weight?: Checked<ChannelVector<'groupNormalize', X, 'weight', W>, W>,
  bias?: Checked<ChannelVector<'groupNormalize', X, 'bias', B>, B>,
  epsilon?: number,
): Result<
  DtypeOfTensor<X>,
  Both<
    WithChannels<'groupNormalize', X>,
    Both<
      Groups<ShapeOfTensor<X>, G>,
      Both<ChannelVector<'groupNormalize', X, 'bias', B>, ChannelVector<'groupNormalize', X, 'weight', W>>
    >
  >
>;
export function groupNormalize(
  x: Tensor,
  groups: number,
  weight?: Tensor,
  bias?: Tensor,
  epsilon = 1e-5,
): Tensor {
  const vectors = bias === undefined ? [weight] : [weight, bias];
  const inputs = vectors.every((vector) => vector === undefined) ? [x] : [x, ...vectors];
  return apply(groupNormalizeOperator, inputs, { groups, epsilon });
}
