import type { Sentence } from '../../errors/sentence.ts';
import type { SCALAR } from '../../sentences/last-axis.ts';
import type { LINEAR_WEIGHT, OUTPUT_BIAS } from '../../sentences/linear.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Agree } from '../dim.ts';
import type { Accept, DtypeOfTensor, SameDtypeAs, SameDtypes } from '../dtypes.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** The shape of `x @ weight^T`, or a problem. */
export type Linear<X, W> = SameDtypes<
  'linear',
  DtypeOfTensor<X>,
  DtypeOfTensor<W>,
  Accept<'linear', 'x', DtypeOfTensor<X>, 'a float dtype', LinearShape<ShapeOfTensor<X>, ShapeOfTensor<W>>>
>;

/** The twin of `shape/linear.ts` up to the bias. */
type LinearShape<X extends Shape, W extends Shape> = true extends IsWideShape<X> | IsWideShape<W>
  ? Shape
  : X extends readonly [...infer Rest extends Shape, infer Width extends Dim]
    ? W extends readonly [infer Out extends Dim, infer In extends Dim]
      ? Agree<Width, In> extends true
        ? readonly [...Rest, Out]
        : LinearProblem<X, Width, W>
      : LinearProblem<X, Width, W>
    : Problem<Sentence<typeof SCALAR, { operator: 'linear' }>>;

type LinearProblem<X extends Shape, Width, W extends Shape> = Problem<
  Sentence<typeof LINEAR_WEIGHT, { x: Describe<X>; width: DescribeDim<Width>; weight: Describe<W> }>
>;

/** What is wrong with the bias of a linear map or a convolution; none fits always. */
export type OutputBias<Operator extends string, W, B> = [B] extends [undefined]
  ? 'fits'
  : SameDtypeAs<
      Operator,
      DtypeOfTensor<W>,
      B,
      OutputBiasShape<Operator, ShapeOfTensor<W>, ShapeOfTensor<NonNullable<B>>>
    >;

type OutputBiasShape<Operator extends string, W extends Shape, B extends Shape> = true extends
  | IsWideShape<W>
  | IsWideShape<B>
  ? 'fits'
  : W extends readonly [infer Out extends Dim, ...Shape]
    ? B extends readonly [infer Size extends Dim]
      ? Agree<Size, Out> extends true
        ? 'fits'
        : OutputBiasProblem<Operator, W, Out, B>
      : OutputBiasProblem<Operator, W, Out, B>
    : 'fits';

type OutputBiasProblem<Operator extends string, W extends Shape, Out, B extends Shape> = Problem<
  Sentence<
    typeof OUTPUT_BIAS,
    { operator: Operator; weight: Describe<W>; out: DescribeDim<Out>; bias: Describe<B> }
  >
>;
