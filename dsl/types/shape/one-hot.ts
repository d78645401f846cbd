import type { Dim, Shape } from '../../tensor.ts';
import type { Canonical } from '../dim.ts';
import type { Problem } from '../problem.ts';
import type { IsWideShape } from '../wide.ts';

/** The length of a row, or a problem where it is known to be below 1. */
export type Depth<N extends Dim> = N extends 0
  ? Problem<'oneHot: depth must be 1 or more, but it is 0'>
  : `${N}` extends `-${string}`
    ? N extends number
      ? Problem<`oneHot: depth must be 1 or more, but it is ${N}`>
      : readonly []
    : readonly [];

/** A row for each index, or a problem. */
export type OneHot<S extends Shape, N extends Dim> =
  Depth<N> extends infer Found
    ? Found extends Shape
      ? IsWideShape<S> extends true
        ? Shape
        : readonly [...S, Canonical<N>]
      : Found
    : never;
