import type { Dtype } from '../../dtype.ts';
import type { Sentence } from '../../errors/sentence.ts';
import type { HEADED, TOKEN_POSITIONS } from '../../sentences/positions.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Agree, Canonical, Divide } from '../dim.ts';
import type { Accept, DtypeOfTensor } from '../dtypes.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** x's shape `[batch, text, heads*headDim]`, or a problem: the twin of `rotary`'s `headSize`. */
export type Rotated<X, Heads extends Dim, Operator extends string = 'rotary'> = Accept<
  Operator,
  'x',
  DtypeOfTensor<X>,
  'a float dtype',
  HeadedShapeOf<Operator, ShapeOfTensor<X>, Canonical<Heads>>
>;

type HeadedShapeOf<Operator extends string, S extends Shape, Heads extends Dim> =
  IsWideShape<S> extends true
    ? S
    : S extends readonly [Dim, Dim, infer Width extends Dim]
      ? [Divide<Width, Heads>] extends [never]
        ? HeadedProblem<Operator, S, Heads>
        : S
      : HeadedProblem<Operator, S, Heads>;

type HeadedProblem<Operator extends string, S extends Shape, Heads> = Problem<
  Sentence<typeof HEADED, { operator: Operator; heads: DescribeDim<Heads>; x: Describe<S> }>
>;

/** The positions of x's tokens, or a problem. */
export type Positions<S extends Shape, D extends Dtype, P extends Shape> = [Extract<D, 'int64'>] extends [
  never,
]
  ? PositionsProblem<S, D, P>
  : true extends IsWideShape<S> | IsWideShape<P>
    ? 'fits'
    : P extends readonly [infer PB extends Dim, infer PT extends Dim]
      ? S extends readonly [infer B extends Dim, infer T extends Dim, ...Shape]
        ? [Agree<PB, B>, Agree<PT, T>] extends [true, true]
          ? 'fits'
          : PositionsProblem<S, D, P>
        : 'fits'
      : PositionsProblem<S, D, P>;

type PositionsProblem<S extends Shape, D extends Dtype, P extends Shape> = S extends readonly [
  infer B,
  infer T,
  ...Shape,
]
  ? Problem<
      Sentence<
        typeof TOKEN_POSITIONS,
        { batch: DescribeDim<B>; text: DescribeDim<T>; dtype: D; positions: Describe<P> }
      >
    >
  : 'fits';
