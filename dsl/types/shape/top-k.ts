import type { Dtype } from '../../dtype.ts';
import type { Sentence } from '../../errors/sentence.ts';
import type { K_RANGE } from '../../sentences/top-k.ts';
import type { Dim, Shape, Tensor } from '../../tensor.ts';
import type { HasAxis, ResolveAxis, SizeAt, WithAxis } from '../axis.ts';
import type { Canonical, Subtract } from '../dim.ts';
import type { AfterProblem, Describe, DescribeDim, Problem } from '../problem.ts';
import type { IsWide } from '../wide.ts';

/** The shape with `k` in the place of an axis, or a problem: the twin of `shape/top-k.ts`. */
export type TopK<S extends Shape, K extends Dim, A extends number> =
  ResolveAxis<'topK', S, A> extends infer Place
    ? Place extends `✗ ${string}`
      ? Place
      : WithinAxis<SizeAt<S, Place>, Canonical<K>> extends true
        ? WithAxis<S, Place, Canonical<K>>
        : Problem<Sentence<typeof K_RANGE, { axis: A; shape: Describe<S>; k: DescribeDim<K> }>>
    : never;

/** The problem of a k that the axis does not have; an axis that does not exist is another one. */
export type TopKSize<S extends Shape, K extends Dim, A extends number> =
  HasAxis<'topK', S, A> extends Shape ? TopK<S, K, A> : S;

type WithinAxis<Size extends Dim, K extends Dim> =
  IsWide<Size> extends true
    ? true
    : K extends 0
      ? Size extends 0
        ? true
        : false
      : `${K}` extends `-${string}`
        ? false
        : [Subtract<Size, K>] extends [never]
          ? false
          : true;

/** Values and the int64 places that they were taken from, of one shape. */
export type ValuesAndIndices<D extends Dtype, Outcome> = Outcome extends Shape
  ? readonly [values: Tensor<D, Outcome>, indices: Tensor<'int64', Outcome>]
  : AfterProblem;
