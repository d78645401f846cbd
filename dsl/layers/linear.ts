import type { Dtype } from '../dtype.ts';
import { linear as applyLinear } from '../operators/linear.ts';
import { refuseUnknownOptions } from '../options/options.ts';
import { type Parameter, parameter, uniform, zeros } from '../parameter.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Canonical } from '../types/dim.ts';
import type { SameDtypes } from '../types/dtypes.ts';
import type { LinearResult } from '../types/layers.ts';
import type { Checked, Result } from '../types/problem.ts';
import { layer } from './layer.ts';

export interface LinearLayer<In extends Dim, Out extends Dim> {
  /** x `[..., in]` gives `[..., out]`. */
  <D extends Dtype, S extends Shape, R = SameDtypes<'linear', D, 'float32', LinearResult<S, In, Out>>>(
    x: Checked<R, Tensor<D, S>>,
  ): Result<D, R>;
  readonly parts: {
    readonly weight: Parameter<'float32', readonly [Out, In]>;
    readonly bias?: Parameter<'float32', readonly [Out]>;
  };
}

/**
 * A learned linear map, `x @ weight^T + bias`; parameters `weight` `[out, in]` and `bias` `[out]`, as in PyTorch's
 * `nn.Linear`. Weights start uniform within 1/sqrt(in), biases at zero.
 *
 * @param options.bias default true
 */
export function linear<const In extends number, const Out extends number>(
  input: In,
  output: Out,
  options: { readonly bias?: boolean } = {},
): LinearLayer<Canonical<In>, Canonical<Out>> {
  refuseUnknownOptions(linear, options, { bias: 'true or false' });
  const { bias = true } = options;
  const parts = {
    weight: parameter([output, input], uniform(1 / Math.sqrt(input))),
    ...(bias ? { bias: parameter([output], zeros) } : {}),
  };
  // The operator checks at run time what the layer's type says.
  const wide: { readonly weight: Tensor; readonly bias?: Tensor } = parts;
  return layer('linear', parts, (x) => applyLinear(x, wide.weight, wide.bias)) as unknown as LinearLayer<
    Canonical<In>,
    Canonical<Out>
  >;
}
