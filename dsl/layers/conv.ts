import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { type ConvOptions, conv1d, conv2d, conv3d } from '../operators/conv.ts';
import type { KnownOptions } from '../options/options.ts';
import { refuseUnknown } from '../options/refused-options.ts';
import { type Parameter, parameter, uniform, zeros } from '../parameter.ts';
import { CONV_CHANNELS } from '../sentences/conv.ts';
import { equalDims } from '../shape/dim.ts';
import { eachAxis } from '../shape/window.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Canonical } from '../types/dim.ts';
import type { SameDtypes } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { ConvName, ConvResult } from '../types/shape/conv.ts';
import { layer } from './layer.ts';

export interface ConvolutionLayer<N extends ConvName, In extends Dim, Out extends Dim> {
  /** x `[batch, in, ...size]` gives `[batch, out, ...]`. */
  <D extends Dtype, S extends Shape, R = SameDtypes<N, D, 'float32', ConvResult<N, S, In, Out>>>(
    x: Checked<R, Tensor<D, S>>,
  ): Result<D, R>;
  readonly parts: {
    /** `[out, in/groups, ...kernel]`. */
    readonly weight: Parameter<'float32', readonly [Out, ...number[]]>;
    readonly bias?: Parameter<'float32', readonly [Out]>;
  };
}

/** Stride 1, padding 0, dilation 1 and groups 1 unless given, as of the operators. */
export interface ConvLayerOptions extends ConvOptions {
  /** The kernel's size along every axis, or one number for each. */
  readonly kernel: number | readonly number[];
  /** Default true. */
  readonly bias?: boolean;
}

/** A learned one-dimensional convolution, as PyTorch's `nn.Conv1d`; otherwise as `conv2dLayer`. */
export function conv1dLayer<const In extends number, const Out extends number>(
  input: In,
  output: Out,
  options: ConvLayerOptions,
): ConvolutionLayer<'conv1d', Canonical<In>, Canonical<Out>> {
  return convLayer('conv1d', 1, conv1d, input, output, options);
}

/**
 * A learned two-dimensional convolution; parameters `weight` `[out, in/groups, kernel, kernel]` and `bias` `[out]`, as
 * PyTorch's `nn.Conv2d`. Weights start uniform within `1/sqrt(in/groups * kernel^2)`, biases at zero.
 *
 * @throws ModelError when the groups do not divide the channels, or an option makes no sense
 */
export function conv2dLayer<const In extends number, const Out extends number>(
  input: In,
  output: Out,
  options: ConvLayerOptions,
): ConvolutionLayer<'conv2d', Canonical<In>, Canonical<Out>> {
  return convLayer('conv2d', 2, conv2d, input, output, options);
}

/** A learned three-dimensional convolution, as PyTorch's `nn.Conv3d`; otherwise as `conv2dLayer`. */
export function conv3dLayer<const In extends number, const Out extends number>(
  input: In,
  output: Out,
  options: ConvLayerOptions,
): ConvolutionLayer<'conv3d', Canonical<In>, Canonical<Out>> {
  return convLayer('conv3d', 3, conv3d, input, output, options);
}

/** The kernel and how it moves may be one number or one for each axis, which is looked at where they are used. */
const KNOWN: KnownOptions<ConvLayerOptions> = {
  ...{ kernel: true, stride: true, padding: true, dilation: true },
  ...{ groups: 'a number', bias: 'true or false' },
};

type Convolve = (x: Tensor, weight: Tensor, bias: Tensor | undefined, options: ConvOptions) => Tensor;

function convLayer<N extends ConvName, In extends number, Out extends number>(
  name: N,
  rank: number,
  convolve: Convolve,
  input: In,
  output: Out,
  given: ConvLayerOptions,
): ConvolutionLayer<N, Canonical<In>, Canonical<Out>> {
  const { kernel, bias = true, ...options } = given;
  const sizes = atCallSite(() => {
    refuseUnknown(name, given, KNOWN);
    const { groups = 1 } = options;
    if (!Number.isInteger(groups) || groups < 1 || input % groups !== 0 || output % groups !== 0)
      fail(`${name}: groups must divide the ${input} channels and the ${output}, but it is ${groups}`);
    return [input / groups, ...eachAxis(name, 'kernel', kernel, rank, 1)];
  });
  const reach = sizes.reduce((product, size) => product * size, 1);
  const parts: { readonly weight: Tensor; readonly bias?: Tensor } = {
    weight: parameter([output, ...sizes], uniform(1 / Math.sqrt(reach))),
    ...(bias ? { bias: parameter([output], zeros) } : {}),
  };
  const convolveChecked = (x: Tensor): Tensor =>
    atCallSite(() => {
      if (x.shape.length === rank + 2 && !equalDims(x.shape[1] ?? 0, input))
        fail(sentence(CONV_CHANNELS, { operator: name, x: describeShape(x.shape), channels: input }));
      return convolve(x, parts.weight, parts.bias, options);
    });
  // The operator checks at run time what the layer's type says.
  return layer(name, parts, convolveChecked) as unknown as ConvolutionLayer<N, Canonical<In>, Canonical<Out>>;
}
