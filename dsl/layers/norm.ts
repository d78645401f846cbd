import type { Dtype } from '../dtype.ts';
import { add } from '../operators/add.ts';
import { layerNormalize } from '../operators/layer-normalize.ts';
import { rmsNormalize } from '../operators/rms-normalize.ts';
import { refuseUnknownOptions } from '../options/options.ts';
import { ones, type Parameter, parameter, zeros } from '../parameter.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Canonical } from '../types/dim.ts';
import type { SameDtypes } from '../types/dtypes.ts';
import type { NormResult } from '../types/layers.ts';
import type { Checked, Result } from '../types/problem.ts';
import { layer } from './layer.ts';

export interface NormLayer<Operator extends string, Width extends Dim> {
  /** x `[..., dim]`, the shape kept. */
  <D extends Dtype, S extends Shape, R = SameDtypes<Operator, D, 'float32', NormResult<Operator, S, Width>>>(
    x: Checked<R, Tensor<D, S>>,
  ): Result<D, R>;
  readonly parts: {
    readonly weight: Parameter<'float32', readonly [Width]>;
    readonly bias?: Parameter<'float32', readonly [Width]>;
  };
}

/**
 * Layer normalisation over the last axis with learned `weight` and `bias` (Ba et al. 2016), as PyTorch's
 * `nn.LayerNorm`.
 *
 * @param options.epsilon default 1e-5
 * @param options.bias default true
 */
export function layerNorm<const Width extends number>(
  dim: Width,
  options: { readonly epsilon?: number; readonly bias?: boolean } = {},
): NormLayer<'layerNormalize', Canonical<Width>> {
  refuseUnknownOptions(layerNorm, options, { epsilon: 'a number', bias: 'true or false' });
  const { epsilon = 1e-5, bias = true } = options;
  const parts = { weight: parameter([dim], ones), ...(bias ? { bias: parameter([dim], zeros) } : {}) };
  // The operator checks at run time what the layer's type says.
  return layer('layerNorm', parts, (x) =>
    layerNormalize(x, parts.weight, parts.bias, epsilon),
  ) as unknown as NormLayer<'layerNormalize', Canonical<Width>>;
}

/**
 * Root-mean-square normalisation over the last axis with a learned `weight` (Zhang and Sennrich 2019).
 *
 * @param options.epsilon default 1e-6
 * @param options.weightOffset is added to the weight, which starts at 1 minus it; default 0. Gemma's is 1
 */
export function rmsNorm<const Width extends number>(
  dim: Width,
  options: { readonly epsilon?: number; readonly weightOffset?: 0 | 1 } = {},
): NormLayer<'rmsNormalize', Canonical<Width>> {
  refuseUnknownOptions(rmsNorm, options, { epsilon: 'a number', weightOffset: 'a whole number from 0 on' });
  const { epsilon = 1e-6, weightOffset = 0 } = options;
  const parts = { weight: parameter([dim], weightOffset === 0 ? ones : zeros) };
  const weight: Tensor = weightOffset === 0 ? parts.weight : add(parts.weight, weightOffset);
  // The operator checks at run time what the layer's type says.
  return layer('rmsNorm', parts, (x) => rmsNormalize(x, weight, epsilon)) as unknown as NormLayer<
    'rmsNormalize',
    Canonical<Width>
  >;
}
