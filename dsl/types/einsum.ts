import type { Sentence } from '../errors/sentence.ts';
import type { UNKNOWN_AXIS } from '../sentences/einops.ts';
import type {
  IN_OPERAND_TWICE,
  OPERAND_AXES,
  OPERAND_COUNT,
  PLAIN_NAMES,
  UNEQUAL_SIZES,
} from '../sentences/einsum.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Agree, Refine } from './dim.ts';
import type { ArrowProblem } from './einops.ts';
import type { FirstTwice, FirstUnknown, SizesByName, Spaced } from './pattern.ts';
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

type NotPlain = Problem<typeof PLAIN_NAMES>;

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
          : Problem<
              Sentence<typeof UNKNOWN_AXIS, { name: FirstUnknown<R, Names[number]>; known: Spaced<Names> }>
            >
        : B
      : never
    : Problem<Sentence<typeof OPERAND_COUNT, { operands: Sides['length']; tensors: Ts['length'] }>>
  : Problem<Sentence<typeof IN_OPERAND_TWICE, { name: FirstTwice<R>; operand: Spaced<R> }>>;

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
      ? BindSide<H, ShapeOfTensor<T>, E> extends infer R
        ? R extends string
          ? R
          : BindSides<Rest, Others, R, Join<Names, H>>
        : never
      : Problem<Sentence<typeof IN_OPERAND_TWICE, { name: FirstTwice<H>; operand: Spaced<H> }>>
    : never
  : readonly [E, Names];

/** The names of both, each once. */
type Join<A extends readonly string[], B extends readonly string[]> = B extends readonly [
  infer H extends string,
  ...infer T extends readonly string[],
]
  ? Join<H extends A[number] ? A : [...A, H], T>
  : A;

type BindSide<Names extends readonly string[], S extends Shape, E> =
  IsWideShape<S> extends true
    ? E
    : Names['length'] extends S['length']
      ? [E & SizesByName<Names, S>] extends [never]
        ? BindInTurn<Names, S, E, Names, S>
        : E & SizesByName<Names, S>
      : RankProblem<Names, S>;

/** Names one by one, where a size differs from that of the same name before: then either says nothing, or they clash. */
type BindInTurn<
  Names extends readonly string[],
  S extends Shape,
  E,
  All extends readonly string[],
  Whole extends Shape,
> = Names extends readonly [infer N extends string, ...infer Ns extends readonly string[]]
  ? S extends readonly [infer D extends Dim, ...infer Ds extends Shape]
    ? N extends keyof E
      ? Agree<E[N] & Dim, D> extends true
        ? BindInTurn<
            Ns,
            Ds,
            Refine<E[N] & Dim, D> extends E[N] ? E : Omit<E, N> & Readonly<Record<N, D>>,
            All,
            Whole
          >
        : Problem<Sentence<typeof UNEQUAL_SIZES, { name: N; size: DescribeDim<E[N]>; other: DescribeDim<D> }>>
      : BindInTurn<Ns, Ds, E & Readonly<Record<N, D>>, All, Whole>
    : RankProblem<All, Whole>
  : S extends readonly []
    ? E
    : RankProblem<All, Whole>;

type RankProblem<All extends readonly string[], S extends Shape> = Problem<
  Sentence<
    typeof OPERAND_AXES,
    { operand: Spaced<All>; axes: All['length']; shape: Describe<S>; rank: S['length'] }
  >
>;
