import type { Dtype } from '../dtype.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { ResolveAxis, SizeAt, WithAxis } from './axis.ts';
import type { Broadcast } from './broadcast.ts';
import type { Add, Agree, CanonicalShape, Divide, Product, Refine, Subtract } from './dim.ts';
import type { Describe, DescribeDim, Joined, Problem } from './problem.ts';
import type { IsWideShape } from './wide.ts';

/** The shape of a tensor's type. */
export type ShapeOfTensor<T> = T extends Tensor<Dtype, infer S> ? S : T extends number ? readonly [] : Shape;

/** The twin of `shape/matmul.ts`. */
export type MatmulShape<L extends Shape, R extends Shape> = true extends IsWideShape<L> | IsWideShape<R>
  ? Shape
  : L extends readonly [...infer LB extends Shape, infer Rows extends Dim, infer Inner extends Dim]
    ? R extends readonly [...infer RB extends Shape, infer Height extends Dim, infer Columns extends Dim]
      ? Agree<Inner, Height> extends true
        ? Broadcast<'matmul', LB, RB> extends infer B
          ? B extends Shape
            ? readonly [...B, Rows, Columns]
            : B
          : never
        : Problem<`matmul: the last axis of ${Describe<L>} is ${DescribeDim<Inner>}, but the axis before the last of ${Describe<R>} is ${DescribeDim<Height>}; they must be equal`>
      : MatmulRank<L, R>
    : MatmulRank<L, R>;

type MatmulRank<
  L extends Shape,
  R extends Shape,
> = Problem<`matmul: both sides need at least 2 axes, but the shapes are ${Describe<L>} and ${Describe<R>}`>;

/** The twin of `shape/linear.ts`, without the bias. */
export type LinearShape<X extends Shape, W extends Shape> = true extends IsWideShape<X> | IsWideShape<W>
  ? Shape
  : X extends readonly [...infer Rest extends Shape, infer Width extends Dim]
    ? W extends readonly [infer Out extends Dim, infer In extends Dim]
      ? Agree<Width, In> extends true
        ? readonly [...Rest, Out]
        : LinearProblem<X, Width, W>
      : LinearProblem<X, Width, W>
    : Problem<'linear: x needs at least 1 axis, but it is a scalar'>;

type LinearProblem<
  X extends Shape,
  Width,
  W extends Shape,
> = Problem<`linear: x is ${Describe<X>}, so weight must be [out, ${DescribeDim<Width>}], but it is ${Describe<W>}`>;

/** The twin of `shape/concat.ts`. */
export type ConcatShape<Ts extends readonly Tensor[], A extends number> = Ts extends readonly [
  infer H,
  ...infer T,
]
  ? IsWideShape<ShapeOfTensor<H>> extends true
    ? Shape
    : [ResolveAxis<'concat', ShapeOfTensor<H>, A>] extends [never]
      ? Shape
      : ResolveAxis<'concat', ShapeOfTensor<H>, A> extends infer P
        ? P extends `✗ ${string}`
          ? P
          : ConcatRest<T, ShapeOfTensor<H>, P, A>
        : never
  : Shape;

type ConcatRest<
  Ts extends readonly unknown[],
  Done extends Shape,
  Place,
  A extends number,
> = Ts extends readonly [infer H, ...infer T]
  ? IsWideShape<ShapeOfTensor<H>> extends true
    ? Shape
    : ConcatPair<Done, ShapeOfTensor<H>, Place, A> extends infer R
      ? R extends Shape
        ? ConcatRest<T, R, Place, A>
        : R
      : never
  : Done;

type ConcatPair<L extends Shape, R extends Shape, Place, A extends number> =
  AgreeExcept<L, R, Place> extends true
    ? { readonly [I in keyof L]: I extends Place ? Add<L[I], SizeAt<R, Place>> : Refined<L[I], R, I> }
    : Problem<`concat: shapes ${Describe<L>} and ${Describe<R>} must agree in every axis but axis ${A}`>;

type Refined<D extends Dim, R extends Shape, I> = I extends keyof R
  ? R[I] extends Dim
    ? Refine<D, R[I]>
    : D
  : D;

type AgreeExcept<L extends Shape, R extends Shape, Place> = L['length'] extends R['length']
  ? false extends { [I in keyof L]: I extends Place ? true : Agree<L[I], SizeAt<R, I>> }[number]
    ? false
    : true
  : false;

/** The twin of `shape/transpose.ts`. */
export type TransposeShape<S extends Shape, P extends readonly number[]> =
  IsWideShape<S> extends true
    ? Shape
    : number extends P['length']
      ? Shape
      : [P['length'], IsPermutation<P, S>] extends [S['length'], true]
        ? { readonly [I in keyof P]: S[P[I]] }
        : Problem<`transpose: [${Joined<P>}] must name each of the ${S['length']} axes of ${Describe<S>} once`>;

/** Every place of the shape is named; with as many names as axes each is then named once. */
type IsPermutation<P extends readonly number[], S extends Shape> =
  Exclude<keyof S & `${bigint}`, `${P[number]}`> extends never ? true : false;

/** The last two axes swapped. */
export type Transposed<S extends Shape> = S extends readonly [
  ...infer B extends Shape,
  infer R extends Dim,
  infer C extends Dim,
]
  ? readonly [...B, C, R]
  : S;

/** The twin of `shape/reshape.ts`; an axis of -1 takes what is left. */
export type ReshapeShape<S extends Shape, T extends Shape> = true extends IsWideShape<S> | IsWideShape<T>
  ? Shape
  : -1 extends T[number]
    ? Divide<Product<S>, Product<WithoutFree<T>>> extends infer D extends Dim
      ? { readonly [I in keyof T]: T[I] extends -1 ? D : T[I] }
      : never
    : Agree<Product<S>, Product<T>> extends true
      ? T
      : Problem<`reshape: ${Describe<S>} holds ${DescribeDim<Product<S>>} elements, but ${Describe<T>} holds ${DescribeDim<Product<T>>}`>;

type WithoutFree<T extends Shape> = { readonly [I in keyof T]: T[I] extends -1 ? 1 : T[I] };

/** An author's target shape with the marks for -1 kept. */
export type Target<T extends Shape> = CanonicalShape<T>;

/** `split` into sizes along an axis: a tuple of shapes' tensors. */
export type SplitTensors<D extends Dtype, S extends Shape, Sizes extends Shape, A extends number> = {
  readonly [I in keyof Sizes]: Tensor<
    D,
    IsWideShape<S> extends true ? Shape : WithAxis<S, ResolveAxis<'split', S, A>, Sizes[I]>
  >;
};

/** `chunk` into N equal parts; a problem where the axis does not divide. */
export type ChunkShape<S extends Shape, N extends number, A extends number> =
  IsWideShape<S> extends true
    ? Shape
    : number extends N
      ? Shape
      : [ResolveAxis<'chunk', S, A>] extends [never]
        ? Shape
        : [Divide<SizeAt<S, ResolveAxis<'chunk', S, A>>, N>] extends [never]
          ? Problem<`chunk: axis ${A} of ${Describe<S>} is ${DescribeDim<SizeAt<S, ResolveAxis<'chunk', S, A>>>}, which is not a multiple of ${N}`>
          : WithAxis<S, ResolveAxis<'chunk', S, A>, Divide<SizeAt<S, ResolveAxis<'chunk', S, A>>, N>>;

/** N times the same thing; an array where N is not known. */
export type Times<T, N extends number, Done extends readonly T[] = readonly []> = number extends N
  ? readonly T[]
  : Done['length'] extends N
    ? Done
    : Times<T, N, readonly [...Done, T]>;

/** Rows picked along an axis: the twin of `shape/gather.ts`. Other axes than the first are left to run time. */
export type GatherShape<S extends Shape, I extends Shape, A extends number> = true extends
  | IsWideShape<S>
  | IsWideShape<I>
  ? Shape
  : A extends 0
    ? S extends readonly [Dim, ...infer R extends Shape]
      ? readonly [...I, ...R]
      : Problem<`gather: there is no axis 0 in ${Describe<S>}`>
    : Shape;

/** `start` to `end` of one axis, where the types can tell. */
export type SliceShape<S extends Shape, A extends number, Start extends Dim, End> =
  IsWideShape<S> extends true
    ? Shape
    : [ResolveAxis<'slice', S, A>] extends [never]
      ? Shape
      : ResolveAxis<'slice', S, A> extends infer P
        ? P extends `✗ ${string}`
          ? P
          : WithAxis<S, P, SliceSize<SizeAt<S, P>, Start, End>>
        : never;

type SliceSize<D extends Dim, Start extends Dim, End> = true extends IsNegative<Start> | IsNegative<End>
  ? Dim
  : Length<[End] extends [undefined] ? D : End, Start>;

type Length<End, Start extends Dim> = End extends Dim
  ? [Subtract<End, Start>] extends [never]
    ? Dim
    : Subtract<End, Start>
  : Dim;

type IsNegative<D> = D extends number ? (`${D}` extends `-${string}` ? true : false) : false;

/** Axes left out, or kept as 1. */
export type ReduceShape<Operator extends string, S extends Shape, Axes, Keep> =
  IsWideShape<S> extends true
    ? Shape
    : Axes extends readonly number[]
      ? number extends Axes['length']
        ? Shape
        : boolean extends Keep
          ? Shape
          : { [I in keyof Axes]: ResolveAxis<Operator, S, Axes[I] & number> }[number] extends infer P
            ? [P] extends [never]
              ? Keep extends true
                ? S
                : Shape
              : [Extract<P, `✗ ${string}`>] extends [never]
                ? Keep extends true
                  ? WithAxis<S, P, 1>
                  : LeaveOut<S, P>
                : Extract<P, `✗ ${string}`>
            : never
      : Keep extends true
        ? Shape
        : readonly [];

type LeaveOut<
  S extends Shape,
  Places,
  Done extends Shape = readonly [],
  Seen extends readonly unknown[] = [],
> = S extends readonly [infer H extends Dim, ...infer T extends Shape]
  ? LeaveOut<T, Places, `${Seen['length']}` extends Places ? Done : readonly [...Done, H], [...Seen, H]>
  : Done;
