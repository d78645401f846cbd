import type { Sentence } from '../../errors/sentence.ts';
import type { UPDATES } from '../../sentences/scatter-add.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Agree, Canonical } from '../dim.ts';
import type { Accept, DtypeOfTensor } from '../dtypes.ts';
import type { Describe, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** Rows added up by their place, `[size, ...row]`, or a problem: the twin of `scatterAdd`'s shape rule. */
export type ScatterAdd<U, I, Size extends Dim> = Accept<
  'scatterAdd',
  'updates',
  DtypeOfTensor<U>,
  'a float dtype',
  Accept<
    'scatterAdd',
    'indices',
    DtypeOfTensor<I>,
    'int64',
    ScatterShape<ShapeOfTensor<U>, ShapeOfTensor<I>, Canonical<Size>>
  >
>;

type ScatterShape<U extends Shape, I extends Shape, Size extends Dim> = true extends
  | IsWideShape<U>
  | IsWideShape<I>
  ? Shape
  : [RowOf<U, I>] extends [never]
    ? Problem<Sentence<typeof UPDATES, { indices: Describe<I>; updates: Describe<U> }>>
    : readonly [Size, ...RowOf<U, I>];

/** What is left of the updates' axes after those of the indices; never where they differ. */
type RowOf<U extends Shape, I extends Shape> = I extends readonly [
  infer J extends Dim,
  ...infer Is extends Shape,
]
  ? U extends readonly [infer V extends Dim, ...infer Us extends Shape]
    ? Agree<V, J> extends true
      ? RowOf<Us, Is>
      : never
    : never
  : U;
