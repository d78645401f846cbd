import { atCallSite } from '../at-call-site.ts';
import { apply, defineOperator, fail } from '../operator.ts';
import { type ConvGeometry, convName, convShape } from '../shape/conv.ts';
import { multiplyDims } from '../shape/dim.ts';
import { type WindowOptions, windowOf } from '../shape/window.ts';
import type { Operator, Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { Convolution } from '../types/shape/conv.ts';
import type { OutputBias } from '../types/shape/linear.ts';
import { convTransposeOperator } from './conv-transpose.ts';
import { reduceSum } from './reduce.ts';
import { convNode } from './shared/conv-node.ts';
import { convWeightGradient } from './shared/conv-weight-gradient.ts';
import { dimsToAttribute } from './shared/dims.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';

/** Of a convolution: stride 1, padding 0, dilation 1, groups 1 unless given. */
export interface ConvOptions extends WindowOptions {
  /** The channels fall into so many groups, each of which sees its own alone. */
  readonly groups?: number;
}

export const convOperator: Operator<ConvGeometry> = defineOperator<ConvGeometry>({
  name: 'conv',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, geometry) {
    const name = convName(geometry);
    const x = required(name, inputs, 0, 'x');
    const weight = required(name, inputs, 1, 'weight');
    const dtype = sameDtype(name, x, weight, inputs[2]);
    checkDtype(name, 'x', x, FLOATS);
    const { groups } = geometry;
    if (!Number.isInteger(groups) || groups < 1)
      fail(`${name}: groups must be a whole number from 1 up, but it is ${groups}`);
    const out = weight.shape[0];
    if (typeof out === 'number' && out % groups !== 0) {
      fail(`${name}: weight has ${out} output channels, which is not a multiple of ${groups} groups`);
    }
    return [{ dtype, shape: convShape(x.shape, weight.shape, inputs[2]?.shape, geometry) }];
  },
  multiplyAdds: (inputs, _attributes, [output]) =>
    multiplyDims(...(output?.shape ?? []), ...(inputs[1]?.shape.slice(1) ?? [])),
  gradient({ cotangent, input, attributes }) {
    const [x, weight] = [input(0), input(1)];
    return [
      apply(convTransposeOperator, [cotangent, weight], {
        ...attributes,
        size: dimsToAttribute(x.shape.slice(2)),
      }),
      convWeightGradient(x, cotangent, weight.shape, attributes),
      reduceSum(cotangent, [0, ...attributes.stride.map((_, axis) => axis + 2)]),
    ];
  },
  lower(emit, names, { attributes: { stride, padding, dilation, groups }, inputs: [, weight] }) {
    const options = { strides: stride, pads: padding, dilations: dilation };
    if (groups === 1) return [convNode(emit, names, options, weight?.shape ?? [])];
    if (stride.length < 3 || emit.capabilities.groupedVolumes)
      return [emit.node('Conv', names, { ...options, group: groups })];
    const parts = (index: number, axis: number, size: number) =>
      names[index] === undefined
        ? []
        : emit.nodes('Split', [names[index], emit.shape(new Array(groups).fill(size / groups))], groups, {
            axis,
          });
    const [channels = 0, perGroup = 0, ...kernel] = weight?.shape ?? [];
    const inputs = parts(0, 1, Number(perGroup) * groups);
    const weights = parts(1, 0, Number(channels));
    const biases = parts(2, 0, Number(channels));
    const results = inputs.map((x, group) =>
      convNode(emit, [x, weights[group], biases[group]], options, [
        Number(channels) / groups,
        perGroup,
        ...kernel,
      ]),
    );
    return [emit.node('Concat', results, { axis: 1 })];
  },
});

/**
 * One-dimensional convolution (cross-correlation, as everywhere in this field): x `[batch, in, length]`, weight
 * `[out, in/groups, kernel]` give `[batch, out, places]` with
 * `floor((size + before + after - dilation*(kernel-1) - 1) / stride) + 1` places. With stride 1 the length may be open,
 * and `padding: [[kernel - 1, 0]]` makes it causal.
 *
 * @param bias `[out]`; default none
 */
export function conv1d<
  X extends Tensor,
  W extends Tensor,
  B extends Tensor | undefined = undefined,
  const O extends ConvOptions = Record<never, never>,
>(
  x: X,
  weight: Checked<Convolution<'conv1d', X, W, O>, W>,
  bias?: Checked<OutputBias<'conv1d', W, B>, B>,
  options?: O,
): Result<DtypeOfTensor<X>, Both<OutputBias<'conv1d', W, B>, Convolution<'conv1d', X, W, O>>>;
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvOptions = {}): Tensor {
  return conv(1, x, weight, bias, options);
}

/**
 * Two-dimensional convolution: x `[batch, in, height, width]`, weight `[out, in/groups, kernelHeight, kernelWidth]`
 * give `[batch, out, rows, columns]`; otherwise as `conv1d`.
 *
 * @param bias `[out]`; default none
 */
export function conv2d<
  X extends Tensor,
  W extends Tensor,
  B extends Tensor | undefined = undefined,
  const O extends ConvOptions = Record<never, never>,
>(
  x: X,
  weight: Checked<Convolution<'conv2d', X, W, O>, W>,
  bias?: Checked<OutputBias<'conv2d', W, B>, B>,
  options?: O,
): Result<DtypeOfTensor<X>, Both<OutputBias<'conv2d', W, B>, Convolution<'conv2d', X, W, O>>>;
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvOptions = {}): Tensor {
  return conv(2, x, weight, bias, options);
}

/**
 * Three-dimensional convolution, over frames and pixels: x `[batch, in, depth, height, width]`, weight
 * `[out, in/groups, kernelDepth, kernelHeight, kernelWidth]`; otherwise as `conv1d`.
 *
 * @param bias `[out]`; default none
 */
export function conv3d<
  X extends Tensor,
  W extends Tensor,
  B extends Tensor | undefined = undefined,
  const O extends ConvOptions = Record<never, never>,
>(
  x: X,
  weight: Checked<Convolution<'conv3d', X, W, O>, W>,
  bias?: Checked<OutputBias<'conv3d', W, B>, B>,
  options?: O,
): Result<DtypeOfTensor<X>, Both<OutputBias<'conv3d', W, B>, Convolution<'conv3d', X, W, O>>>;
export function conv3d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvOptions = {}): Tensor {
  return conv(3, x, weight, bias, options);
}

function conv(
  rank: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  { groups = 1, ...options }: ConvOptions,
): Tensor {
  return atCallSite(() => {
    const geometry = { ...windowOf(`conv${rank}d`, rank, options), groups };
    return apply(convOperator, bias === undefined ? [x, weight] : [x, weight, bias], geometry);
  });
}
