import type { Sentence } from '../../errors/sentence.ts';
import type { EMPTY_AXIS } from '../../sentences/argmax.ts';
import type { Shape } from '../../tensor.ts';
import type { HasAxis, ResolveAxis, SizeAt } from '../axis.ts';
import type { Describe, Problem } from '../problem.ts';
import type { IsWide } from '../wide.ts';
import type { Reduce } from './reduce.ts';

/** S where its axis is not known to be empty, else a problem. */
type WithElements<Operator extends string, S extends Shape, A extends number> =
  HasAxis<Operator, S, A> extends infer Found
    ? Found extends Shape
      ? IsEmpty<SizeAt<S, ResolveAxis<Operator, S, A>>> extends true
        ? Problem<Sentence<typeof EMPTY_AXIS, { operator: Operator; axis: A; shape: Describe<S> }>>
        : S
      : Found
    : never;

/** The shape of places along an axis that has elements, or a problem. */
export type Place<Operator extends string, S extends Shape, A extends number, Keep> =
  WithElements<Operator, S, A> extends infer Found
    ? Found extends Shape
      ? Reduce<Operator, S, readonly [A], Keep>
      : Found
    : never;

type IsEmpty<Size> = IsWide<Size> extends true ? false : Size extends 0 ? true : false;
