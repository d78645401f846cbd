import type { Sentence } from '../../errors/sentence.ts';
import type { GATE, OTHER_SHAPE } from '../../sentences/skip.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import type { Agree, Product } from '../dim.ts';
import type { DtypeOfTensor, SameDtypes } from '../dtypes.ts';
import type { AfterProblem, Both, Describe, Problem } from '../problem.ts';
import type { SameShape } from '../same-shape.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';
import type { FloatShape, LastAxis } from './last-axis.ts';

/** x's shape where the other tensor has it too, else a problem: the twin of `operators/shared/skip.ts`. */
export type Skip<Operator extends string, X, Y> = SameDtypes<
  Operator,
  DtypeOfTensor<X>,
  DtypeOfTensor<Y>,
  SkipShape<Operator, ShapeOfTensor<X>, ShapeOfTensor<Y>>
>;

type SkipShape<Operator extends string, X extends Shape, Y extends Shape> = true extends
  | IsWideShape<X>
  | IsWideShape<Y>
  ? X
  : SameShape<X, Y> extends true
    ? X
    : Problem<Sentence<typeof OTHER_SHAPE, { operator: Operator; x: Describe<X>; skip: Describe<Y> }>>;

/** The normalised sum and the sum itself, or any after a problem. */
export type SkipTensors<Operator extends string, X, Y, W, B> =
  Both<
    FloatShape<Operator, X>,
    Both<Skip<Operator, X, Y>, Both<LastAxis<Operator, X, 'weight', W>, LastAxis<Operator, X, 'bias', B>>>
  > extends infer S
    ? S extends Shape
      ? readonly [Tensor<DtypeOfTensor<X>, S>, Tensor<DtypeOfTensor<X>, S>]
      : AfterProblem
    : never;

/** A gate of one value. */
export type Gate<X, G> = SameDtypes<
  'gatedAdd',
  DtypeOfTensor<X>,
  DtypeOfTensor<G>,
  IsWideShape<ShapeOfTensor<G>> extends true
    ? 'fits'
    : Agree<Product<ShapeOfTensor<G>>, 1> extends true
      ? 'fits'
      : Problem<Sentence<typeof GATE, { gate: Describe<ShapeOfTensor<G>> }>>
>;
