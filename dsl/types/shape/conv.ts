import type { Dim, Shape } from '../../tensor.ts';
import type { Agree, Canonical, Multiply } from '../dim.ts';
import type { Accept, DtypeOfTensor, SameDtypes } from '../dtypes.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** The axes over which a convolution moves; their sizes in the result are rounded quotients, left to run time. */
export interface Spatial {
  conv1d: readonly [Dim];
  conv2d: readonly [Dim, Dim];
  conv3d: readonly [Dim, Dim, Dim];
}

/** What they are called in messages. */
interface SpatialWords {
  conv1d: 'length';
  conv2d: 'height, width';
  conv3d: 'depth, height, width';
}

export type ConvName = keyof Spatial;

/** A number of groups that makes no sense is left to run time. */
type GroupsOf<O> = O extends { readonly groups: infer G extends number }
  ? `${G}` extends '0' | `-${string}` | `${string}.${string}`
    ? number
    : Canonical<G>
  : 1;

/** The shape of a convolution, or a problem: the twin of `shape/conv.ts`. */
export type Convolution<N extends ConvName, X, W, O> = SameDtypes<
  N,
  DtypeOfTensor<X>,
  DtypeOfTensor<W>,
  Accept<
    N,
    'x',
    DtypeOfTensor<X>,
    'a float dtype',
    ConvShape<N, ShapeOfTensor<X>, ShapeOfTensor<W>, GroupsOf<O>>
  >
>;

type ConvShape<N extends ConvName, X extends Shape, W extends Shape, G extends Dim> = true extends
  | IsWideShape<X>
  | IsWideShape<W>
  ? Shape
  : X extends readonly [infer B extends Dim, infer C extends Dim, ...Spatial[N]]
    ? W extends readonly [infer Out extends Dim, infer Inner extends Dim, ...Spatial[N]]
      ? Agree<C, Multiply<Inner, G>> extends true
        ? readonly [B, Out, ...Spatial[N]]
        : WeightProblem<N, X, C, W, G>
      : WeightProblem<N, X, C, W, G>
    : Problem<`${N}: x must be [batch, in, ${SpatialWords[N]}], but it is ${Describe<X>}`>;

type WeightProblem<
  N extends ConvName,
  X extends Shape,
  C,
  W extends Shape,
  G extends Dim,
> = Problem<`${N}: x is ${Describe<X>}, so weight must be [out, ${DescribeDim<C>}${G extends 1 ? '' : `/${G}`}, ${SpatialWords[N]}], but it is ${Describe<W>}`>;

/** `[batch, in, ...size]` to `[batch, out, ...places]` of a layer. */
export type ConvResult<N extends ConvName, S extends Shape, In extends Dim, Out extends Dim> =
  IsWideShape<S> extends true
    ? Shape
    : S extends readonly [infer B extends Dim, infer C extends Dim, ...Spatial[N]]
      ? Agree<C, In> extends true
        ? readonly [B, Out, ...Spatial[N]]
        : Problem<`${N}: x is ${Describe<S>}, but it must have ${DescribeDim<In>} channels`>
      : Problem<`${N}: x must be [batch, in, ${SpatialWords[N]}], but it is ${Describe<S>}`>;
