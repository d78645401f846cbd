import type { Sentence } from '../errors/sentence.ts';
import type {
  ARROW,
  AXIS_COUNT,
  ELLIPSIS_ONCE,
  ELLIPSIS_TWICE,
  LEAST_AXIS_COUNT,
  LOST_AXIS,
  MADE_SIZE,
  NEW_AXIS,
  NOT_DIVIDED,
  ON_ONE_SIDE_TWICE,
  ONE_TENSOR,
  PARENTHESES,
  PLACED_NUMBER,
  SEVERAL_UNKNOWN,
  STRAY_SIZE,
  UNKNOWN_AXIS,
} from '../sentences/einops.ts';
import type { Dim, Shape } from '../tensor.ts';
import type { Agree, Canonical, Divide, Multiply } from './dim.ts';
import type {
  DescribeItem,
  FirstTwice,
  FirstUnknown,
  Item,
  Names,
  ParseSide,
  SizesByName,
  Spaced,
} from './pattern.ts';
import type { Describe, DescribeDim, Problem } from './problem.ts';
import type { IsWideShape } from './wide.ts';

/*
 * Patterns over one tensor, checked in the order of `einops/rearrange.ts` and with its sentences. The outcome is the
 * shape of the result, or a problem.
 */

/** What each operation allows: axes that appear, axes that vanish, numbers on the right. */
type Rearranging = 'rearrange' | 'repeat' | 'reduce';

export type Einops<K extends Rearranging, P extends string, S extends Shape, Z> = string extends P
  ? Shape
  : P extends `${infer L}->${infer R}`
    ? R extends `${string}->${string}`
      ? ArrowProblem<P>
      : P extends `${string},${string}`
        ? Problem<typeof ONE_TENSOR>
        : Sides<K, P, ParseSide<L>, ParseSide<R>, S, Z>
    : ArrowProblem<P>;

export type ArrowProblem<P extends string> = Problem<Sentence<typeof ARROW, { pattern: P }>>;

type Sides<K extends Rearranging, P extends string, L, R, S extends Shape, Z> = [L] extends [never]
  ? ParenthesesProblem<P>
  : [R] extends [never]
    ? ParenthesesProblem<P>
    : L extends readonly Item[]
      ? R extends readonly Item[]
        ? CheckNames<K, L, R, Names<L>, Names<R>, Z> extends infer Wrong extends string
          ? [Wrong] extends [never]
            ? IsWideShape<S> extends true
              ? Shape
              : FitsRank<L, S> extends true
                ? Finish<K, Bind<L, S, CanonicalSizes<Z>>, R>
                : RankProblem<L, S>
            : Wrong
          : never
        : never
      : never;

type ParenthesesProblem<P extends string> = Problem<Sentence<typeof PARENTHESES, { pattern: P }>>;

type CanonicalSizes<Z> = { readonly [N in keyof Z]: Z[N] extends Dim ? Canonical<Z[N]> : Dim };

/** The first thing wrong with the names, whatever the tensor; never when all is well. */
type CheckNames<
  K extends Rearranging,
  L extends readonly Item[],
  R extends readonly Item[],
  LN extends readonly string[],
  RN extends readonly string[],
  Z,
> = [FirstTwice<LN>] extends [never]
  ? [FirstTwice<RN>] extends [never]
    ? [CheckKnown<K, LN, RN>] extends [never]
      ? [CheckKept<K, LN, RN>] extends [never]
        ? [CheckEllipsis<K, L, R>] extends [never]
          ? [CheckNumbers<K, LN, RN>] extends [never]
            ? CheckSizes<Z, LN[number] | RN[number]>
            : CheckNumbers<K, LN, RN>
          : CheckEllipsis<K, L, R>
        : CheckKept<K, LN, RN>
      : CheckKnown<K, LN, RN>
    : TwiceProblem<FirstTwice<RN>, RN, 'right'>
  : TwiceProblem<FirstTwice<LN>, LN, 'left'>;

type TwiceProblem<N extends string, All, Where extends string> = N extends '...'
  ? Problem<Sentence<typeof ELLIPSIS_TWICE, { side: Where }>>
  : All extends readonly string[]
    ? Problem<Sentence<typeof ON_ONE_SIDE_TWICE, { name: N; side: Where }>>
    : never;

type CheckKnown<K, LN extends readonly string[], RN extends readonly string[]> = K extends 'repeat'
  ? never
  : [FirstUnknown<RN, LN[number] | `${bigint}` | '...'>] extends [never]
    ? never
    : Problem<
        Sentence<
          typeof UNKNOWN_AXIS,
          { name: FirstUnknown<RN, LN[number] | `${bigint}` | '...'>; known: Spaced<WithoutEllipsis<LN>> }
        >
      >;

type WithoutEllipsis<N extends readonly string[], Done extends readonly string[] = []> = N extends readonly [
  infer H extends string,
  ...infer T extends readonly string[],
]
  ? WithoutEllipsis<T, H extends '...' | `${bigint}` ? Done : [...Done, H]>
  : Done;

type CheckKept<K, LN extends readonly string[], RN extends readonly string[]> = K extends 'reduce'
  ? never
  : [FirstUnknown<LN, RN[number] | `${bigint}` | '...'>] extends [never]
    ? never
    : Problem<Sentence<typeof LOST_AXIS, { name: FirstUnknown<LN, RN[number] | `${bigint}` | '...'> }>>;

type CheckEllipsis<K, L extends readonly Item[], R extends readonly Item[]> = K extends 'reduce'
  ? never
  : [HasEllipsis<L>] extends [HasEllipsis<R>]
    ? never
    : Problem<typeof ELLIPSIS_ONCE>;

type HasEllipsis<I extends readonly Item[]> = '...' extends I[number] ? true : false;

type CheckNumbers<K, LN extends readonly string[], RN extends readonly string[]> = [NumberIn<LN>] extends [
  never,
]
  ? K extends 'repeat'
    ? never
    : NumberIn<RN> extends infer N extends string
      ? [N] extends [never]
        ? never
        : NumberProblem<N>
      : never
  : NumberProblem<NumberIn<LN>>;

type NumberIn<N extends readonly string[]> = Extract<N[number], `${bigint}`>;

type NumberProblem<N extends string> = Problem<Sentence<typeof PLACED_NUMBER, { number: N }>>;

type CheckSizes<Z, Known extends string> = string extends keyof Z
  ? never
  : [Exclude<keyof Z, Known>] extends [never]
    ? never
    : Problem<Sentence<typeof STRAY_SIZE, { name: Exclude<keyof Z, Known> & string }>>;

/** Names bound so far, and the axes that `...` stands for. */
interface Bound<E = unknown, Passed extends Shape = Shape> {
  readonly environment: E;
  readonly passed: Passed;
}

/** Names that are axes by themselves are bound at once where no size is given for them. */
type Bind<L extends readonly Item[], S extends Shape, Z> = '...' extends L[number]
  ? BindFront<L, S, Z>
  : [Extract<L[number], keyof Z>] extends [never]
    ? Extract<L[number], readonly string[]> extends never
      ? Bound<Z & SizesByName<L, S>, readonly []>
      : BindGroups<L, S, Z & SizesByName<L, S>>
    : BindFront<L, S, Z>;

/** The names within groups. */
type BindGroups<Items extends readonly Item[], S extends Shape, E> = Items extends readonly [
  infer I extends Item,
  ...infer Is extends readonly Item[],
]
  ? S extends readonly [infer D extends Dim, ...infer Ds extends Shape]
    ? I extends readonly string[]
      ? BindGroup<I, D, E, I> extends infer R
        ? R extends string
          ? R
          : BindGroups<Is, Ds, R>
        : never
      : BindGroups<Is, Ds, E>
    : never
  : Bound<E, readonly []>;

/** Binds from the front up to `...`, then from the back. */
type BindFront<Items extends readonly Item[], S extends Shape, E> = Items extends readonly [
  infer I extends Item,
  ...infer Is extends readonly Item[],
]
  ? I extends '...'
    ? BindBack<Is, S, E>
    : S extends readonly [infer D extends Dim, ...infer Ds extends Shape]
      ? BindItem<I, D, E> extends infer R
        ? R extends string
          ? R
          : BindFront<Is, Ds, R>
        : never
      : never
  : Bound<E, readonly []>;

type BindBack<Items extends readonly Item[], S extends Shape, E> = Items extends readonly [
  ...infer Is extends readonly Item[],
  infer I extends Item,
]
  ? S extends readonly [...infer Ds extends Shape, infer D extends Dim]
    ? BindItem<I, D, E> extends infer R
      ? R extends string
        ? R
        : BindBack<Is, Ds, R>
      : never
    : never
  : Bound<E, S>;

/** Whether the tensor has as many axes as the left side; with `...`, at least as many. */
type FitsRank<L extends readonly Item[], S extends Shape> =
  HasEllipsis<L> extends true
    ? S extends readonly [...OneEach<Axes<L>>, ...Dim[]]
      ? true
      : false
    : L['length'] extends S['length']
      ? true
      : false;

type OneEach<T extends readonly unknown[]> = T extends readonly [unknown, ...infer R]
  ? [Dim, ...OneEach<R>]
  : [];

type RankProblem<All extends readonly Item[], S extends Shape> =
  HasEllipsis<All> extends true
    ? Problem<
        Sentence<
          typeof LEAST_AXIS_COUNT,
          { axes: Axes<All>['length'] & number; shape: Describe<S>; rank: S['length'] }
        >
      >
    : Problem<Sentence<typeof AXIS_COUNT, { axes: All['length']; shape: Describe<S>; rank: S['length'] }>>;

type Axes<I extends readonly Item[], Done extends readonly Item[] = []> = I extends readonly [
  infer H extends Item,
  ...infer T extends readonly Item[],
]
  ? Axes<T, H extends '...' ? Done : [...Done, H]>
  : Done;

/** The environment with an item's names, or a problem. */
type BindItem<I extends Item, D extends Dim, E> = I extends string
  ? I extends keyof E
    ? Agree<E[I] & Dim, D> extends true
      ? E
      : MadeProblem<I, D, E[I]>
    : E & Readonly<Record<I, D>>
  : I extends readonly string[]
    ? BindGroup<I, D, E, I>
    : never;

/** A group: the product of its known parts, and at most one part to find. */
type BindGroup<
  Rest extends readonly string[],
  D extends Dim,
  E,
  I extends readonly string[],
  Known extends Dim = 1,
  Unknown extends readonly string[] = [],
> = Rest extends readonly [infer H extends string, ...infer T extends readonly string[]]
  ? H extends keyof E
    ? BindGroup<T, D, E, I, Multiply<Known, E[H] & Dim>, Unknown>
    : BindGroup<T, D, E, I, Known, [...Unknown, H]>
  : Unknown extends readonly []
    ? Agree<Known, D> extends true
      ? E
      : MadeProblem<I, D, Known>
    : Unknown extends readonly [infer N extends string]
      ? [Divide<D, Known>] extends [never]
        ? Problem<
            Sentence<
              typeof NOT_DIVIDED,
              { axis: DescribeItem<I>; size: DescribeDim<D>; known: DescribeDim<Known> }
            >
          >
        : E & Readonly<Record<N, Divide<D, Known>>>
      : Problem<Sentence<typeof SEVERAL_UNKNOWN, { axis: DescribeItem<I>; size: DescribeDim<D> }>>;

type MadeProblem<I, D, Known> = Problem<
  Sentence<typeof MADE_SIZE, { axis: DescribeItem<I>; size: DescribeDim<D>; made: DescribeDim<Known> }>
>;

/** The shape of the right side. */
type Finish<K extends Rearranging, B, R extends readonly Item[]> =
  B extends Bound<infer E, infer Passed>
    ? K extends 'repeat'
      ? [FirstUnknown<Names<R>, (keyof E & string) | `${bigint}` | '...'>] extends [never]
        ? Build<R, E, Passed>
        : Problem<
            Sentence<
              typeof NEW_AXIS,
              { name: FirstUnknown<Names<R>, (keyof E & string) | `${bigint}` | '...'> }
            >
          >
      : Build<R, E, Passed>
    : B;

type Build<R extends readonly Item[], E, Passed extends Shape> = '...' extends R[number]
  ? BuildInTurn<R, E, Passed>
  : { readonly [I in keyof R]: R[I] extends readonly string[] ? Group<R[I], E> : Single<R[I], E> };

type BuildInTurn<
  R extends readonly Item[],
  E,
  Passed extends Shape,
  Done extends Shape = readonly [],
> = R extends readonly [infer I extends Item, ...infer Is extends readonly Item[]]
  ? I extends '...'
    ? BuildInTurn<Is, E, Passed, readonly [...Done, ...Passed]>
    : BuildInTurn<Is, E, Passed, readonly [...Done, I extends readonly string[] ? Group<I, E> : Single<I, E>]>
  : Done;

type Single<N, E> = N extends keyof E ? E[N] & Dim : N extends `${infer V extends number}` ? V : Dim;

type Group<N extends readonly string[], E, Done extends Dim = 1> = N extends readonly [
  infer H extends string,
  ...infer T extends readonly string[],
]
  ? Group<T, E, Multiply<Done, Single<H, E>>>
  : Done;
