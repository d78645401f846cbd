import type { Dim, Shape } from '../../tensor.ts';
import type { Accept, DtypeOfTensor } from '../dtypes.ts';
import type { Describe, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** The axes over which a window moves, by the number of them. */
interface Spatial {
  1: readonly [Dim];
  2: readonly [Dim, Dim];
  3: readonly [Dim, Dim, Dim];
}

interface SpatialWords {
  1: 'length';
  2: 'height, width';
  3: 'depth, height, width';
}

/** The shape of a pool over so many axes, or a problem. The number of places is a rounded quotient, left to run time. */
export type Pool<Operator extends string, Rank extends keyof Spatial, X> = Accept<
  Operator,
  'x',
  DtypeOfTensor<X>,
  'a float dtype',
  PoolShape<Operator, Rank, ShapeOfTensor<X>>
>;

type PoolShape<Operator extends string, Rank extends keyof Spatial, X extends Shape> =
  IsWideShape<X> extends true
    ? Shape
    : X extends readonly [infer B extends Dim, infer C extends Dim, ...Spatial[Rank]]
      ? readonly [B, C, ...Spatial[Rank]]
      : Problem<`${Operator}: x must be [batch, channels, ${SpatialWords[Rank]}], but it is ${Describe<X>}`>;
