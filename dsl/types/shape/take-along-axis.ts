import type { Sentence } from '../../errors/sentence.ts';
import type { TAKEN_AXES } from '../../sentences/take-along-axis.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { ResolveAxis } from '../axis.ts';
import type { Agree } from '../dim.ts';
import type { Describe, Problem } from '../problem.ts';
import type { IsWideShape } from '../wide.ts';

/** The shape of what is taken, or a problem: the twin of `takenShape`. */
export type TakenAlongAxis<S extends Shape, I extends Shape, A extends number> =
  ResolveAxis<'takeAlongAxis', S, A> extends infer Place
    ? Place extends `✗ ${string}`
      ? Place
      : true extends IsWideShape<I> | (string extends Place ? true : false)
        ? Shape
        : [Taken<S, I, Place>] extends [never]
          ? Problem<Sentence<typeof TAKEN_AXES, { x: Describe<S>; axis: A; indices: Describe<I> }>>
          : Taken<S, I, Place>
    : never;

/** Axis by axis the size of the indices at the place, of x elsewhere; never where they differ. */
type Taken<S extends Shape, I extends Shape, Place, Done extends Shape = readonly []> = S extends readonly [
  infer H extends Dim,
  ...infer T extends Shape,
]
  ? I extends readonly [infer J extends Dim, ...infer Js extends Shape]
    ? `${Done['length']}` extends Place
      ? Taken<T, Js, Place, readonly [...Done, J]>
      : true extends (J extends 1 ? true : false) | Agree<H, J>
        ? Taken<T, Js, Place, readonly [...Done, H]>
        : never
    : never
  : I extends readonly []
    ? Done
    : never;
