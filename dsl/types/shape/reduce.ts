import type { Sentence } from '../../errors/sentence.ts';
import type { AXIS_TWICE } from '../../sentences/axis.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { ResolveAxis, WithAxis } from '../axis.ts';
import type { Describe, Joined, Problem } from '../problem.ts';
import type { IsWideShape } from '../wide.ts';

/** Axes left out, or kept as 1: the twin of `shape/reduce.ts`. Without axes all are reduced. */
export type Reduce<Operator extends string, S extends Shape, Axes, Keep> =
  IsWideShape<S> extends true
    ? Shape
    : Axes extends readonly number[]
      ? number extends Axes['length']
        ? Shape
        : ReduceAt<S, Places<Operator, S, Axes>, Axes, Operator, Keep>
      : Reduced<S, keyof S & `${bigint}`, Keep>;

type Resolved<Operator extends string, S extends Shape, Axes extends readonly number[]> = {
  [I in keyof Axes]: ResolveAxis<Operator, S, Axes[I]>;
};

type Places<Operator extends string, S extends Shape, Axes extends readonly number[]> = Resolved<
  Operator,
  S,
  Axes
>[number];

type ReduceAt<S extends Shape, Place, Axes extends readonly number[], Operator extends string, Keep> = [
  Extract<Place, `✗ ${string}`>,
] extends [never]
  ? string extends Place
    ? Shape
    : HasTwice<Operator, S, Axes> extends true
      ? Problem<
          Sentence<
            typeof AXIS_TWICE,
            { operator: Operator; axes: `[${Joined<Resolved<Operator, S, Axes>>}]`; shape: Describe<S> }
          >
        >
      : Reduced<S, Place, Keep>
  : Extract<Place, `✗ ${string}`>;

type HasTwice<
  Operator extends string,
  S extends Shape,
  Axes extends readonly number[],
> = Axes extends readonly [infer H extends number, ...infer T extends readonly number[]]
  ? ResolveAxis<Operator, S, H> extends Places<Operator, S, T>
    ? true
    : HasTwice<Operator, S, T>
  : false;

type Reduced<S extends Shape, Place, Keep> = boolean extends Keep
  ? Shape
  : Keep extends true
    ? WithAxis<S, Place, 1>
    : LeaveOut<S, Place>;

type LeaveOut<
  S extends Shape,
  Place,
  Done extends Shape = readonly [],
  Seen extends readonly unknown[] = [],
> = S extends readonly [infer H extends Dim, ...infer T extends Shape]
  ? LeaveOut<T, Place, `${Seen['length']}` extends Place ? Done : readonly [...Done, H], [...Seen, H]>
  : Done;
