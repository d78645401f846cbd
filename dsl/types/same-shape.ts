import type { Dim, Shape } from '../dim.ts';
import type { Agree } from './dim.ts';

/** Whether two shapes can be the same. */
export type SameShape<A extends Shape, B extends Shape> = A extends readonly [
  infer X extends Dim,
  ...infer As extends Shape,
]
  ? B extends readonly [infer Y extends Dim, ...infer Bs extends Shape]
    ? Agree<Y, X> extends true
      ? SameShape<As, Bs>
      : false
    : false
  : B extends readonly []
    ? true
    : false;
