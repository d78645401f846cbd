import type { Dim, Shape } from '../dim.ts';
import type { Agree } from './dim.ts';

/** Whether two shapes of known rank can be the same. */
export type SameShape<A extends Shape, B extends Shape> = [A] extends [B] ? true : AxisByAxis<A, B>;

type AxisByAxis<A extends Shape, B extends Shape> = A extends readonly [
  infer X extends Dim,
  ...infer As extends Shape,
]
  ? B extends readonly [infer Y extends Dim, ...infer Bs extends Shape]
    ? Agree<Y, X> extends true
      ? AxisByAxis<As, Bs>
      : false
    : false
  : B extends readonly []
    ? true
    : false;
