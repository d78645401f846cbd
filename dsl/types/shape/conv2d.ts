import type { Dim, Shape } from '../../tensor.ts';
import type { Agree, Canonical, Multiply } from '../dim.ts';
import type { Accept, DtypeOfTensor, SameDtypes } from '../dtypes.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** The options that decide a convolution's shape, and their defaults. */
interface Geometry {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

type GroupsOf<O> = O extends { readonly groups: infer G extends number } ? Canonical<G> : 1;

/**
 * The shape of a convolution, or a problem: the twin of `shape/conv2d.ts`. Height and width of the result are rounded
 * quotients, which are left to run time.
 */
export type Convolution<X, W, O extends Geometry> = SameDtypes<
  'conv2d',
  DtypeOfTensor<X>,
  DtypeOfTensor<W>,
  Accept<
    'conv2d',
    'x',
    DtypeOfTensor<X>,
    'a float dtype',
    Conv2dShape<ShapeOfTensor<X>, ShapeOfTensor<W>, GroupsOf<O>>
  >
>;

type Conv2dShape<X extends Shape, W extends Shape, G extends Dim> = true extends
  | IsWideShape<X>
  | IsWideShape<W>
  ? Shape
  : X extends readonly [infer B extends Dim, infer C extends Dim, Dim, Dim]
    ? W extends readonly [infer Out extends Dim, infer Inner extends Dim, Dim, Dim]
      ? Agree<C, Multiply<Inner, G>> extends true
        ? readonly [B, Out, Dim, Dim]
        : WeightProblem<X, C, W, G>
      : WeightProblem<X, C, W, G>
    : Problem<`conv2d: x must be [batch, in, height, width], but it is ${Describe<X>}`>;

type WeightProblem<
  X extends Shape,
  C,
  W extends Shape,
  G extends Dim,
> = Problem<`conv2d: x is ${Describe<X>}, so weight must be [out, ${DescribeDim<C>}${G extends 1 ? '' : `/${G}`}, height, width], but it is ${Describe<W>}`>;
