import type { Sentence } from '../../errors/sentence.ts';
import type {
  CONV_AXES,
  CONV_CHANNELS,
  CONV_WEIGHT,
  GROUPED_CHANNELS,
  SPATIAL_AXES,
} from '../../sentences/conv.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Agree, Canonical, Multiply } from '../dim.ts';
import type { Accept, DtypeOfTensor, SameDtypes } from '../dtypes.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** The axes over which a convolution moves; their sizes in the result are rounded quotients, left to run time. */
interface Spatial {
  conv1d: readonly [Dim];
  conv2d: readonly [Dim, Dim];
  conv3d: readonly [Dim, Dim, Dim];
}

/** What they are called in messages. */
type SpatialWords<N extends keyof Spatial> = (typeof SPATIAL_AXES)[{ conv1d: 0; conv2d: 1; conv3d: 2 }[N]];

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
    : AxesProblem<N, X>;

type AxesProblem<N extends ConvName, X extends Shape> = Problem<
  Sentence<typeof CONV_AXES, { operator: N; axes: SpatialWords<N>; x: Describe<X> }>
>;

type WeightProblem<N extends ConvName, X extends Shape, C, W extends Shape, G extends Dim> = Problem<
  Sentence<
    typeof CONV_WEIGHT,
    {
      operator: N;
      x: Describe<X>;
      channels: G extends 1
        ? DescribeDim<C>
        : Sentence<typeof GROUPED_CHANNELS, { channels: DescribeDim<C>; groups: G }>;
      axes: SpatialWords<N>;
      weight: Describe<W>;
    }
  >
>;

/** `[batch, in, ...size]` to `[batch, out, ...places]` of a layer. */
export type ConvResult<N extends ConvName, S extends Shape, In extends Dim, Out extends Dim> =
  IsWideShape<S> extends true
    ? Shape
    : S extends readonly [infer B extends Dim, infer C extends Dim, ...Spatial[N]]
      ? Agree<C, In> extends true
        ? readonly [B, Out, ...Spatial[N]]
        : Problem<Sentence<typeof CONV_CHANNELS, { operator: N; x: Describe<S>; channels: DescribeDim<In> }>>
      : AxesProblem<N, S>;
