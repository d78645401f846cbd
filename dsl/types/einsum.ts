import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Agree, Refine } from './dim.ts';
import type { FirstTwice, FirstUnknown, Spaced } from './pattern.ts';
import type { Describe, DescribeDim, Problem } from './problem.ts';
import type { ShapeOfTensor } from './shape-of.ts';
import type { Words } from './signature.ts';
import type { IsWideShape } from './wide.ts';

/** The twin of `einops/einsum.ts`: the shape of the result, or a problem. */
export type EinsumShape<P extends string, Ts extends readonly Tensor[]> = string extends P
  ? Shape
  : P extends `${infer L}->${infer R}`
    ? R extends `${string}->${string}`
      ? ArrowProblem<P>
      : P extends `${string}(${string}` | `${string})${string}` | `${string}...${string}`
        ? NotPlain
        : [Extract<SplitOperands<L>[number][number] | Words<R>[number], `${bigint}`>] extends [never]
          ? Operands<SplitOperands<L>, Words<R>, Ts>
          : NotPlain
    : ArrowProblem<P>;

type NotPlain = Problem<'einsum takes names of single axes only'>;

type ArrowProblem<P extends string> =
  Problem<`the pattern '${P}' needs one '->' between the axes before and after`>;

type SplitOperands<
  L extends string,
  Done extends readonly (readonly string[])[] = [],
> = L extends `${infer H},${infer T}` ? SplitOperands<T, [...Done, Words<H>]> : [...Done, Words<L>];

type Operands<
  Sides extends readonly (readonly string[])[],
  R extends readonly string[],
  Ts extends readonly Tensor[],
> = [FirstTwice<R>] extends [never]
  ? Sides['length'] extends Ts['length']
    ? BindSides<Sides, Ts, unknown, []> extends infer B
      ? B extends readonly [infer E, infer Names extends readonly string[]]
        ? [FirstUnknown<R, Names[number]>] extends [never]
          ? { readonly [I in keyof R]: R[I] extends keyof E ? E[R[I]] & Dim : Dim }
          : Problem<`unknown axis '${FirstUnknown<R, Names[number]>}' on the right of ->; the left has: ${Spaced<Names>}`>
        : B
      : never
    : Problem<`the pattern has ${Sides['length']} operands, but ${Ts['length']} tensors are given`>
  : Problem<`axis '${FirstTwice<R>}' occurs twice in '${Spaced<R>}'`>;

type BindSides<
  Sides extends readonly (readonly string[])[],
  Ts extends readonly unknown[],
  E,
  Names extends readonly string[],
> = Sides extends readonly [
  infer H extends readonly string[],
  ...infer Rest extends readonly (readonly string[])[],
]
  ? Ts extends readonly [infer T, ...infer Others]
    ? [FirstTwice<H>] extends [never]
      ? BindSide<H, ShapeOfTensor<T>, E, H, ShapeOfTensor<T>> extends infer R
        ? R extends string
          ? R
          : BindSides<Rest, Others, R, Join<Names, H>>
        : never
      : Problem<`axis '${FirstTwice<H>}' occurs twice in '${Spaced<H>}'`>
    : never
  : readonly [E, Names];

/** The names of both, each once. */
type Join<A extends readonly string[], B extends readonly string[]> = B extends readonly [
  infer H extends string,
  ...infer T extends readonly string[],
]
  ? Join<H extends A[number] ? A : [...A, H], T>
  : A;

type BindSide<
  Names extends readonly string[],
  S extends Shape,
  E,
  All extends readonly string[],
  Whole extends Shape,
> =
  IsWideShape<Whole> extends true
    ? E
    : Names extends readonly [infer N extends string, ...infer Ns extends readonly string[]]
      ? S extends readonly [infer D extends Dim, ...infer Ds extends Shape]
        ? N extends keyof E
          ? Agree<E[N] & Dim, D> extends true
            ? BindSide<
                Ns,
                Ds,
                Refine<E[N] & Dim, D> extends E[N] ? E : Omit<E, N> & Readonly<Record<N, D>>,
                All,
                Whole
              >
            : Problem<`axis '${N}' is ${DescribeDim<E[N]>} in one tensor and ${DescribeDim<D>} in another`>
          : BindSide<Ns, Ds, E & Readonly<Record<N, D>>, All, Whole>
        : RankProblem<All, Whole>
      : S extends readonly []
        ? E
        : RankProblem<All, Whole>;

type RankProblem<
  All extends readonly string[],
  S extends Shape,
> = Problem<`'${Spaced<All>}' has ${All['length']} axes, but its tensor ${Describe<S>} has ${S['length']}`>;
