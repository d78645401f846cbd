import type { Dtype } from '../dtype.ts';
import { batchNormalize } from '../operators/batch-normalize.ts';
import { groupNormalize } from '../operators/group-normalize.ts';
import { refuseUnknownOptions } from '../options/options.ts';
import { ones, type Parameter, parameter, zeros } from '../parameter.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Canonical } from '../types/dim.ts';
import type { SameDtypes } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { ChannelResult } from '../types/shape/channels.ts';
import { layer } from './layer.ts';

export interface ChannelNormLayer<Operator extends string, Channels extends Dim> {
  /** x `[batch, channels, ...]`, the shape kept. */
  <
    D extends Dtype,
    S extends Shape,
    R = SameDtypes<Operator, D, 'float32', ChannelResult<Operator, S, Channels>>,
  >(
    x: Checked<R, Tensor<D, S>>,
  ): Result<D, R>;
  readonly parts: {
    readonly weight: Parameter<'float32', readonly [Channels]>;
    readonly bias: Parameter<'float32', readonly [Channels]>;
  };
}

export interface BatchNormLayer<Channels extends Dim> extends ChannelNormLayer<'batchNormalize', Channels> {
  readonly parts: ChannelNormLayer<'batchNormalize', Channels>['parts'] & {
    readonly running_mean: Parameter<'float32', readonly [Channels]>;
    readonly running_var: Parameter<'float32', readonly [Channels]>;
  };
}

/**
 * Group normalisation of `[batch, channels, ...]` with learned `weight` and `bias` (Wu and He 2018), as PyTorch's
 * `nn.GroupNorm`.
 *
 * @param groups divides the channels
 * @param options.epsilon default 1e-5
 */
export function groupNorm<const Channels extends number>(
  groups: number,
  channels: Channels,
  options: { readonly epsilon?: number } = {},
): ChannelNormLayer<'groupNormalize', Canonical<Channels>> {
  refuseUnknownOptions(groupNorm, options, { epsilon: 'a number' });
  const { epsilon = 1e-5 } = options;
  const parts = { weight: parameter([channels], ones), bias: parameter([channels], zeros) };
  const wide: { readonly weight: Tensor; readonly bias: Tensor } = parts;
  // The operator checks at run time what the layer's type says.
  return layer('groupNorm', parts, (x) =>
    groupNormalize<Tensor, number, Tensor, Tensor>(x, groups, wide.weight, wide.bias, epsilon),
  ) as unknown as ChannelNormLayer<'groupNormalize', Canonical<Channels>>;
}

/**
 * Batch normalisation of `[batch, channels, ...]` with learned `weight` and `bias` (Ioffe and Szegedy 2015), as PyTorch's
 * `nn.BatchNorm1d` to `nn.BatchNorm3d`. In a compiled model, in a recipe's evaluation and where a recipe freezes it, by
 * the parameters `running_mean` and `running_var`; where a recipe trains it, by the batch's own, towards which those move.
 *
 * @param options.epsilon default 1e-5
 * @param options.momentum by what share they move at each step; default 0.1
 */
export function batchNorm<const Channels extends number>(
  channels: Channels,
  options: { readonly epsilon?: number; readonly momentum?: number } = {},
): BatchNormLayer<Canonical<Channels>> {
  refuseUnknownOptions(batchNorm, options, { epsilon: 'a number', momentum: 'a number' });
  const { epsilon = 1e-5, momentum = 0.1 } = options;
  const parts = {
    weight: parameter([channels], ones),
    bias: parameter([channels], zeros),
    running_mean: parameter([channels], zeros),
    running_var: parameter([channels], ones),
  };
  const wide: Readonly<Record<keyof typeof parts, Tensor>> = parts;
  // The operator checks at run time what the layer's type says.
  return layer('batchNorm', parts, (x) =>
    batchNormalize<Tensor, Tensor, Tensor, Tensor, Tensor>(
      x,
      wide.running_mean,
      wide.running_var,
      wide.weight,
      wide.bias,
      epsilon,
      momentum,
    ),
  ) as unknown as BatchNormLayer<Canonical<Channels>>;
}
