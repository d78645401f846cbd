import type { Dtype } from '../../dtype.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { BroadcastDim } from '../broadcast.ts';
import type { DtypeOfTensor } from '../dtypes.ts';
import type { Describe, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** One tensor of positions, or a problem. */
export type AlibiPositions<Name extends string, T> = AlibiPositionsOf<
  Name,
  DtypeOfTensor<T>,
  ShapeOfTensor<T>
>;

type AlibiPositionsOf<Name extends string, D extends Dtype, P extends Shape> = [Extract<D, 'int64'>] extends [
  never,
]
  ? PositionsProblem<Name, D, P>
  : IsWideShape<P> extends true
    ? P
    : P extends readonly [Dim, Dim]
      ? P
      : PositionsProblem<Name, D, P>;

type PositionsProblem<
  Name extends string,
  D extends Dtype,
  P extends Shape,
> = Problem<`alibi: ${Name} must be int64 [batch, length], but it is ${D} ${Describe<P>}`>;

/** `[batch or 1, heads, queries, keys]`. */
export type AlibiShape<Q, K, Heads extends number> = Q extends readonly [
  infer QB extends Dim,
  infer N extends Dim,
]
  ? K extends readonly [infer KB extends Dim, infer M extends Dim]
    ? readonly [BroadcastDim<KB, QB>, Heads, N, M]
    : readonly [Dim, Heads, N, Dim]
  : readonly [Dim, Heads, Dim, Dim];
