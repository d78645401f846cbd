import type { Sentence } from '../errors/sentence.ts';
import type { NO_AXIS } from '../sentences/axis.ts';
import type { Dim, Shape } from '../tensor.ts';
import type { SubtractDigits } from './digits.ts';
import type { Describe, Problem } from './problem.ts';
import type { IsWideShape } from './wide.ts';

/**
 * The 0-based place of an axis as text, or a problem; an axis may count from the end. `string` where the axis or the
 * number of axes is not known.
 */
export type ResolveAxis<Operator extends string, S extends Shape, A extends number> = true extends
  | IsWideShape<S>
  | (number extends A ? true : false)
  ? string
  : [FromStart<S, A>] extends [infer I extends keyof S & `${bigint}`]
    ? [I] extends [never]
      ? NoAxis<Operator, S, A>
      : I
    : NoAxis<Operator, S, A>;

type NoAxis<Operator extends string, S extends Shape, A extends number> = Problem<
  Sentence<typeof NO_AXIS, { operator: Operator; axis: A; shape: Describe<S> }>
>;

type FromStart<S extends Shape, A extends number> = `${A}` extends `-${infer N}`
  ? SubtractDigits<`${S['length']}`, N>
  : `${A}`;

/** The shape with the size of one axis, given by its place, replaced; at an unknown place every size becomes unknown. */
export type WithAxis<S extends Shape, Place, D extends Dim> = string extends Place
  ? { readonly [I in keyof S]: Dim }
  : { readonly [I in keyof S]: I extends Place ? D : S[I] };

/** The size of the axis at a place. */
export type SizeAt<S extends Shape, Place> = string extends Place
  ? Dim
  : Place extends keyof S
    ? S[Place] extends Dim
      ? S[Place]
      : never
    : never;

/** S where it has the axis, else a problem. */
export type HasAxis<Operator extends string, S extends Shape, A extends number> =
  ResolveAxis<Operator, S, A> extends infer P ? (P extends `✗ ${string}` ? P : S) : never;
