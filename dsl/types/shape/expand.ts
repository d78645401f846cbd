import type { Sentence } from '../../errors/sentence.ts';
import type { NO_STRETCH } from '../../sentences/broadcast.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Agree, CanonicalShape } from '../dim.ts';
import type { Describe, Problem } from '../problem.ts';
import type { IsWideShape } from '../wide.ts';

/** The target where the shape stretches to it, else a problem: the twin of `expandShape` in `shape/broadcast.ts`. */
export type Expand<S extends Shape, T extends Shape> = ExpandTo<S, CanonicalShape<T>>;

type ExpandTo<S extends Shape, T extends Shape> = true extends IsWideShape<S> | IsWideShape<T>
  ? T
  : Stretches<S, T> extends true
    ? T
    : Problem<Sentence<typeof NO_STRETCH, { shape: Describe<S>; target: Describe<T> }>>;

/** Whether every axis, from the last on, is 1 or what is wanted. */
type Stretches<S extends Shape, T extends Shape> = S extends readonly [
  ...infer Si extends Shape,
  infer A extends Dim,
]
  ? T extends readonly [...infer Ti extends Shape, infer B extends Dim]
    ? A extends 1
      ? Stretches<Si, Ti>
      : Agree<A, B> extends true
        ? Stretches<Si, Ti>
        : false
    : false
  : true;
