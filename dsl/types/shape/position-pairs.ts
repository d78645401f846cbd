import type { Dtype } from '../../dtype.ts';
import type { Sentence } from '../../errors/sentence.ts';
import type { PAIRED_POSITIONS } from '../../sentences/positions.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { BroadcastDim } from '../broadcast.ts';
import type { DtypeOfTensor } from '../dtypes.ts';
import type { Describe, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** One tensor of positions, or a problem. */
export type PairedPositions<Operator extends string, Name extends string, T> = PairedPositionsOf<
  Operator,
  Name,
  DtypeOfTensor<T>,
  ShapeOfTensor<T>
>;

type PairedPositionsOf<Operator extends string, Name extends string, D extends Dtype, P extends Shape> = [
  Extract<D, 'int64'>,
] extends [never]
  ? PositionsProblem<Operator, Name, D, P>
  : IsWideShape<P> extends true
    ? P
    : P extends readonly [Dim, Dim]
      ? P
      : PositionsProblem<Operator, Name, D, P>;

type PositionsProblem<
  Operator extends string,
  Name extends string,
  D extends Dtype,
  P extends Shape,
> = Problem<
  Sentence<typeof PAIRED_POSITIONS, { operator: Operator; name: Name; dtype: D; shape: Describe<P> }>
>;

/** `[batch or 1, heads, queries, keys]`: something for every query and key. */
export type PairShape<Q, K, Heads extends number> = Q extends readonly [
  infer QB extends Dim,
  infer N extends Dim,
]
  ? K extends readonly [infer KB extends Dim, infer M extends Dim]
    ? readonly [BroadcastDim<KB, QB>, Heads, N, M]
    : readonly [Dim, Heads, N, Dim]
  : readonly [Dim, Heads, Dim, Dim];
