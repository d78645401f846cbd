import type { Dtype } from '../dtype.ts';
import { conv2d } from '../operators/conv2d.ts';
import { type Parameter, parameter, uniform, zeros } from '../parameter.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Canonical } from '../types/dim.ts';
import type { SameDtypes } from '../types/dtypes.ts';
import type { Conv2dResult } from '../types/layers.ts';
import type { Checked, Result } from '../types/problem.ts';
import { layer } from './layer.ts';

export interface ConvolutionLayer<In extends Dim, Out extends Dim> {
  /** x `[batch, in, height, width]` gives `[batch, out, ...]`. */
  <D extends Dtype, S extends Shape>(
    x: Checked<SameDtypes<'conv2d', D, 'float32', Conv2dResult<S, In, Out>>, Tensor<D, S>>,
  ): Result<D, SameDtypes<'conv2d', D, 'float32', Conv2dResult<S, In, Out>>>;
  readonly parts: {
    readonly weight: Parameter<'float32', readonly [Out, In, number, number]>;
    readonly bias?: Parameter<'float32', readonly [Out]>;
  };
}

export interface Conv2dLayerOptions {
  /** Height and width of the kernel. */
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros added on each side. Default 0. */
  readonly padding?: number;
  /** Default true. */
  readonly bias?: boolean;
}

/**
 * A learned two-dimensional convolution with a square kernel; parameters `weight` `[out, in, kernel, kernel]` and
 * `bias` `[out]`, as PyTorch's `nn.Conv2d`. Weights start uniform within 1/sqrt(in * kernel^2).
 */
export function conv2dLayer<const In extends number, const Out extends number>(
  input: In,
  output: Out,
  { kernel, stride = 1, padding = 0, bias = true }: Conv2dLayerOptions,
): ConvolutionLayer<Canonical<In>, Canonical<Out>> {
  const parts = {
    weight: parameter([output, input, kernel, kernel], uniform(1 / Math.sqrt(input * kernel * kernel))),
    ...(bias ? { bias: parameter([output], zeros) } : {}),
  };
  // The operator checks at run time what the layer's type says.
  const wide: { readonly weight: Tensor; readonly bias?: Tensor } = parts;
  return layer('conv2d', parts, (x) =>
    conv2d(x, wide.weight, wide.bias, { stride, padding }),
  ) as unknown as ConvolutionLayer<Canonical<In>, Canonical<Out>>;
}
