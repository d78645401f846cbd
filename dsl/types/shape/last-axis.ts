import type { Sentence } from '../../errors/sentence.ts';
import type { SCALAR } from '../../sentences/last-axis.ts';
import type { VECTOR } from '../../sentences/vector.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Agree } from '../dim.ts';
import type { Accept, DtypeOfTensor, SameDtypeAs } from '../dtypes.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** x's shape where x is a float, else a problem. */
export type FloatShape<Operator extends string, X> = Accept<
  Operator,
  'x',
  DtypeOfTensor<X>,
  'a float dtype',
  ShapeOfTensor<X>
>;

/**
 * x's shape once a vector has one value for each place of its last axis, else a problem: the twin of
 * `operators/shared/last-axis.ts`. A vector that is left out fits.
 */
export type LastAxis<Operator extends string, X, Name extends string, V> = [V] extends [undefined]
  ? ShapeOfTensor<X>
  : SameDtypeAs<
      Operator,
      DtypeOfTensor<X>,
      V,
      LastAxisShape<Operator, ShapeOfTensor<X>, Name, ShapeOfTensor<NonNullable<V>>>
    >;

type LastAxisShape<
  Operator extends string,
  X extends Shape,
  Name extends string,
  V extends Shape,
> = true extends IsWideShape<X> | IsWideShape<V>
  ? X
  : X extends readonly [...Shape, infer Width extends Dim]
    ? V extends readonly [infer Size extends Dim]
      ? Agree<Size, Width> extends true
        ? X
        : LastAxisProblem<Operator, X, Name, Width, V>
      : LastAxisProblem<Operator, X, Name, Width, V>
    : Problem<Sentence<typeof SCALAR, { operator: Operator }>>;

type LastAxisProblem<
  Operator extends string,
  X extends Shape,
  Name extends string,
  Width,
  V extends Shape,
> = Problem<
  Sentence<
    typeof VECTOR,
    { operator: Operator; x: Describe<X>; name: Name; width: DescribeDim<Width>; vector: Describe<V> }
  >
>;
