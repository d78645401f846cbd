import type { Sentence } from '../../errors/sentence.ts';
import type { DEPTH } from '../../sentences/one-hot.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Canonical } from '../dim.ts';
import type { Problem } from '../problem.ts';
import type { IsWideShape } from '../wide.ts';

/** The length of a row, or a problem where it is known to be below 1. */
export type Depth<N extends Dim> = N extends 0
  ? DepthProblem<N>
  : `${N}` extends `-${string}`
    ? N extends number
      ? DepthProblem<N>
      : readonly []
    : readonly [];

type DepthProblem<N extends number> = Problem<Sentence<typeof DEPTH, { depth: N }>>;

/** A row for each index, or a problem. */
export type OneHot<S extends Shape, N extends Dim> =
  Depth<N> extends infer Found
    ? Found extends Shape
      ? IsWideShape<S> extends true
        ? Shape
        : readonly [...S, Canonical<N>]
      : Found
    : never;
