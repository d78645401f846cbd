import type { Sentence } from '../../errors/sentence.ts';
import type { CHANNEL_AXES, CHANNEL_GROUPS } from '../../sentences/channels.ts';
import type { VECTOR } from '../../sentences/vector.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Agree, Canonical, Divide } from '../dim.ts';
import type { Accept, DtypeOfTensor, SameDtypeAs } from '../dtypes.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** The shape of x where it is `[batch, channels, ...]` of floats, else a problem. */
export type WithChannels<Operator extends string, X> = Accept<
  Operator,
  'x',
  DtypeOfTensor<X>,
  'a float dtype',
  HasChannels<Operator, ShapeOfTensor<X>>
>;

type HasChannels<Operator extends string, X extends Shape> =
  IsWideShape<X> extends true ? X : X extends readonly [Dim, Dim, ...Shape] ? X : AxesProblem<Operator, X>;

type AxesProblem<Operator extends string, X extends Shape> = Problem<
  Sentence<typeof CHANNEL_AXES, { operator: Operator; x: Describe<X> }>
>;

/** x's shape once a vector has one value for each of its channels, else a problem. One that is left out fits. */
export type ChannelVector<Operator extends string, X, Name extends string, V> = [V] extends [undefined]
  ? ShapeOfTensor<X>
  : SameDtypeAs<
      Operator,
      DtypeOfTensor<X>,
      V,
      ChannelShape<Operator, ShapeOfTensor<X>, Name, ShapeOfTensor<NonNullable<V>>>
    >;

type ChannelShape<
  Operator extends string,
  X extends Shape,
  Name extends string,
  V extends Shape,
> = true extends IsWideShape<X> | IsWideShape<V>
  ? X
  : X extends readonly [Dim, infer Channels extends Dim, ...Shape]
    ? V extends readonly [infer Size extends Dim]
      ? Agree<Size, Channels> extends true
        ? X
        : ChannelProblem<Operator, X, Name, Channels, V>
      : ChannelProblem<Operator, X, Name, Channels, V>
    : X;

type ChannelProblem<
  Operator extends string,
  X extends Shape,
  Name extends string,
  Channels,
  V extends Shape,
> = Problem<
  Sentence<
    typeof VECTOR,
    { operator: Operator; x: Describe<X>; name: Name; width: DescribeDim<Channels>; vector: Describe<V> }
  >
>;

/** The shape where so many groups divide the channels, else a problem. */
export type Groups<X extends Shape, G extends number> =
  IsWideShape<X> extends true
    ? X
    : X extends readonly [Dim, infer Channels extends Dim, ...Shape]
      ? [Divide<Channels, Canonical<G>>] extends [never]
        ? Problem<
            Sentence<
              typeof CHANNEL_GROUPS,
              { channels: DescribeDim<Channels>; x: Describe<X>; groups: DescribeDim<Canonical<G>> }
            >
          >
        : X
      : X;

/** The shape that a layer over so many channels keeps, or a problem. */
export type ChannelResult<Operator extends string, S extends Shape, Channels extends Dim> =
  IsWideShape<S> extends true
    ? S
    : S extends readonly [Dim, infer C extends Dim, ...Shape]
      ? Agree<C, Channels> extends true
        ? S
        : ChannelProblem<Operator, S, 'weight', C, readonly [Channels]>
      : AxesProblem<Operator, S>;
