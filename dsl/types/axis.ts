import type { Dim, Shape } from '../tensor.ts';
import type { SubtractDigits } from './digits.ts';
import type { Describe, Problem } from './problem.ts';

/** The 0-based place of an axis as text, or a problem; an axis may count from the end. Never for a plain `number`. */
export type ResolveAxis<Operator extends string, S extends Shape, A extends number> = number extends A
  ? never
  : FromStart<S, A> extends infer I extends keyof S & `${bigint}`
    ? I
    : Problem<`${Operator}: there is no axis ${A} in ${Describe<S>}`>;

type FromStart<S extends Shape, A extends number> = `${A}` extends `-${infer N}`
  ? SubtractDigits<`${S['length']}`, N>
  : `${A}`;

/** The shape with the size of one axis, given by its place, replaced. */
export type WithAxis<S extends Shape, Place, D extends Dim> = {
  readonly [I in keyof S]: I extends Place ? D : S[I];
};

/** The size of the axis at a place. */
export type SizeAt<S extends Shape, Place> = Place extends keyof S
  ? S[Place] extends Dim
    ? S[Place]
    : never
  : never;
