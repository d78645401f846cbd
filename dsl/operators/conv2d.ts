import { apply, defineOperator, fail } from '../operator.ts';
import { type Conv2dGeometry, conv2dShape } from '../shape/conv2d.ts';
import { multiplyDims } from '../shape/dim.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { Convolution } from '../types/shape/conv2d.ts';
import type { OutputBias } from '../types/shape/linear.ts';
import { conv2dTransposed } from './conv2d-transposed.ts';
import { reduceSum } from './reduce.ts';
import { conv2dWeightGradient } from './shared/conv2d-weight-gradient.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';

export type Conv2dOptions = Partial<Conv2dGeometry>;

type Conv2dAttributes = { stride: number; padding: number; dilation: number; groups: number };

export const conv2dOperator = defineOperator<Conv2dAttributes>({
  name: 'conv2d',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, geometry) {
    const x = required('conv2d', inputs, 0, 'x');
    const weight = required('conv2d', inputs, 1, 'weight');
    const dtype = sameDtype('conv2d', x, weight, inputs[2]);
    checkDtype('conv2d', 'x', x, FLOATS);
    for (const [name, least] of [
      ['stride', 1],
      ['padding', 0],
      ['dilation', 1],
      ['groups', 1],
    ] as const) {
      if (!Number.isInteger(geometry[name]) || geometry[name] < least) {
        fail(`conv2d: ${name} must be a whole number from ${least} up, but it is ${geometry[name]}`);
      }
    }
    const out = weight.shape[0];
    if (typeof out === 'number' && out % geometry.groups !== 0) {
      fail(`conv2d: weight has ${out} output channels, which is not a multiple of ${geometry.groups} groups`);
    }
    return [{ dtype, shape: conv2dShape(x.shape, weight.shape, inputs[2]?.shape, geometry) }];
  },
  multiplyAdds: (inputs, _attributes, [output]) =>
    multiplyDims(...(output?.shape ?? []), ...(inputs[1]?.shape.slice(1) ?? [])),
  gradient({ cotangent, input, attributes }) {
    const [x, weight] = [input(0), input(1)];
    const [height, width] = x.shape.slice(2).map(Number);
    return [
      conv2dTransposed(cotangent, weight, attributes, { height: height ?? 0, width: width ?? 0 }),
      conv2dWeightGradient(x, cotangent, weight.shape, attributes),
      reduceSum(cotangent, [0, 2, 3]),
    ];
  },
  lower(emit, inputs, { attributes: { stride, padding, dilation, groups } }) {
    return [
      emit.node('Conv', inputs, {
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        dilations: [dilation, dilation],
        group: groups,
      }),
    ];
  },
});

/**
 * Two-dimensional convolution (cross-correlation, as everywhere in this field): x `[batch, in, height, width]`, weight
 * `[out, in/groups, kernelHeight, kernelWidth]` give `[batch, out, ...]` with
 * `floor((size + 2*padding - dilation*(kernel-1) - 1) / stride) + 1` places in height and width.
 *
 * @param bias `[out]`; default none
 * @param options stride 1, padding 0 on every side, dilation 1, groups 1 unless given; the same in both directions
 */
export function conv2d<
  X extends Tensor,
  W extends Tensor,
  B extends Tensor | undefined = undefined,
  const O extends Conv2dOptions = Record<never, never>,
>(
  x: X,
  weight: Checked<Convolution<X, W, O>, W>,
  bias?: Checked<OutputBias<'conv2d', W, B>, B>,
  options?: O,
): Result<DtypeOfTensor<X>, Both<OutputBias<'conv2d', W, B>, Convolution<X, W, O>>>;
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: Conv2dOptions = {}): Tensor {
  const geometry = { stride: 1, padding: 0, dilation: 1, groups: 1, ...options };
  return apply(conv2dOperator, bias === undefined ? [x, weight] : [x, weight, bias], geometry);
}
