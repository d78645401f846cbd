import type { Shape } from '../tensor.ts';
import type { HasAxis, ResolveAxis } from './axis.ts';

/** S where it has the axis, or each of several, else the first problem. */
export type HasAxes<Operator extends string, S extends Shape, A> = A extends number
  ? HasAxis<Operator, S, A>
  : A extends readonly number[]
    ? number extends A['length']
      ? S
      : Problems<Operator, S, A> extends infer P
        ? [P] extends [never]
          ? S
          : P
        : never
    : S;

type Problems<Operator extends string, S extends Shape, A extends readonly number[]> = Extract<
  { readonly [I in keyof A]: ResolveAxis<Operator, S, A[I]> }[number],
  `✗ ${string}`
>;
