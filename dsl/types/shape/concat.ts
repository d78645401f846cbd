import type { Dtype } from '../../dtype.ts';
import type { Sentence } from '../../errors/sentence.ts';
import type { JOINED_AXES, NOTHING_TO_JOIN } from '../../sentences/concat.ts';
import type { Dim, Shape, Tensor } from '../../tensor.ts';
import type { ResolveAxis, SizeAt, WithAxis } from '../axis.ts';
import type { Add, Agree, Refine } from '../dim.ts';
import type { DtypeOfTensor, SameDtypes } from '../dtypes.ts';
import type { Describe, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/** The shape of tensors joined along an axis, or a problem: the twin of `shape/concat.ts`. */
export type Concat<Ts extends readonly Tensor[], A extends number> = number extends Ts['length']
  ? Shape
  : Ts extends readonly [infer H, ...infer T]
    ? ResolveAxis<'concat', ShapeOfTensor<H>, A> extends infer Place
      ? Place extends `✗ ${string}`
        ? Place
        : ConcatRest<T, ShapeOfTensor<H>, DtypeOfTensor<H>, Place, A>
      : never
    : Problem<typeof NOTHING_TO_JOIN>;

type ConcatRest<
  Ts extends readonly unknown[],
  Done extends Shape,
  D extends Dtype,
  Place,
  A extends number,
> = Ts extends readonly [infer H, ...infer T]
  ? SameDtypes<'concat', D, DtypeOfTensor<H>, ConcatPair<Done, ShapeOfTensor<H>, Place, A>> extends infer R
    ? R extends Shape
      ? ConcatRest<T, R, D, Place, A>
      : R
    : never
  : Done;

type ConcatPair<L extends Shape, R extends Shape, Place, A extends number> = true extends
  | IsWideShape<L>
  | IsWideShape<R>
  ? Shape
  : AgreeExcept<L, R, Place> extends true
    ? string extends Place
      ? WithAxis<L, Place, Dim>
      : { readonly [I in keyof L]: I extends Place ? Add<L[I], SizeAt<R, Place>> : Refined<L[I], R, I> }
    : Problem<Sentence<typeof JOINED_AXES, { left: Describe<L>; right: Describe<R>; axis: A }>>;

type Refined<D extends Dim, R extends Shape, I> = I extends keyof R
  ? R[I] extends Dim
    ? Refine<D, R[I]>
    : D
  : D;

type AgreeExcept<L extends Shape, R extends Shape, Place> = L['length'] extends R['length']
  ? string extends Place
    ? true
    : false extends { [I in keyof L]: I extends Place ? true : Agree<L[I], SizeAt<R, I>> }[number]
      ? false
      : true
  : false;
