import type { Sentence } from '../../errors/sentence.ts';
import type { POOL_AXES, SPATIAL_AXES } from '../../sentences/conv.ts';
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

/** What they are called in messages. */
type SpatialWords<Rank extends keyof Spatial> = (typeof SPATIAL_AXES)[{ 1: 0; 2: 1; 3: 2 }[Rank]];

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
      : Problem<Sentence<typeof POOL_AXES, { operator: Operator; axes: SpatialWords<Rank>; x: Describe<X> }>>;
