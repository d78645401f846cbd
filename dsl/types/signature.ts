import type { Dtype } from '../dtype.ts';
import type { Sentence } from '../errors/sentence.ts';
import type { TAKES_RANK, TAKES_SIZE } from '../sentences/block.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Add, Agree, Multiply } from './dim.ts';
import type { Describe, DescribeDim, Problem } from './problem.ts';
import type { IsWideShape } from './wide.ts';

/**
 * Signatures of blocks read by the type checker. One argument is written `'batch text dim'`, with a dtype where it
 * is not float (`'batch text: bool'`) and a `?` where it may be left out (`'batch text media: bool?'`). Every word is
 * an axis: a name, a number, or a sum or product of names.
 */

/** The known size of every name: the block's sizes, and what the arguments of one call bind. */
export type Environment = Readonly<Record<string, Dim>>;

type WithoutMark<S extends string> = S extends `${infer T}?` ? T : S;

/** The axes of an argument as words. */
export type AxesOf<S extends string> =
  WithoutMark<S> extends `${infer A}:${string}` ? Words<A> : Words<WithoutMark<S>>;

/** Its dtype; floats are float32. */
export type DtypeOf<S extends string> =
  WithoutMark<S> extends `${string}:${infer D}`
    ? Words<D>[0] extends infer N extends Dtype
      ? N
      : never
    : 'float32';

export type IsOptional<S extends string> = S extends `${string}?` ? true : false;

export type Words<S extends string, Done extends readonly string[] = []> = S extends ''
  ? Done
  : S extends ` ${infer R}`
    ? Words<R, Done>
    : S extends `${infer W} ${infer R}`
      ? Words<R, [...Done, W]>
      : [...Done, S];

/** Whether a word is a sum or a product. */
export type IsExpression<W extends string> = W extends `${string}+${string}` | `${string}*${string}`
  ? true
  : false;

/** The size a word stands for: a name's known size, else the name itself. */
export type Evaluate<W extends string, E extends Environment> = W extends `${infer N extends number}`
  ? N
  : IsExpression<W> extends true
    ? EvaluateSum<W, E>
    : W extends keyof E
      ? E[W]
      : W;

type EvaluateSum<
  W extends string,
  E extends Environment,
  Done extends Dim = 0,
> = W extends `${infer T}+${infer R}`
  ? EvaluateSum<R, E, Add<Done, EvaluateProduct<T, E>>>
  : Add<Done, EvaluateProduct<W, E>>;

type EvaluateProduct<
  W extends string,
  E extends Environment,
  Done extends Dim = 1,
> = W extends `${infer F}*${infer R}`
  ? EvaluateProduct<R, E, Multiply<Done, Evaluate<F, E>>>
  : Multiply<Done, Evaluate<W, E>>;

/** The shape that words stand for. */
export type ShapeOf<Axes extends readonly string[], E extends Environment> = {
  readonly [I in keyof Axes]: Evaluate<Axes[I], E>;
};

/** What the words' plain names are, read off a shape. */
type BindNames<Axes extends readonly string[], S extends Shape, E> = Axes extends readonly [
  infer W extends string,
  ...infer Ws extends readonly string[],
]
  ? S extends readonly [infer D extends Dim, ...infer Ds extends Shape]
    ? BindNames<Ws, Ds, BindName<W, D, E>>
    : E
  : E;

type BindName<W extends string, D extends Dim, E> = W extends `${bigint}`
  ? E
  : IsExpression<W> extends true
    ? E
    : W extends keyof E
      ? E
      : E & Readonly<Record<W, D>>;

type ShapeOfArgument<T> = T extends Tensor<Dtype, infer S> ? S : Shape;

/** The names that all arguments of a call bind together. */
export type BindAll<
  Takes extends readonly string[],
  Arguments extends readonly unknown[],
  E,
> = Takes extends readonly [infer T extends string, ...infer Ts extends readonly string[]]
  ? Arguments extends readonly [infer A, ...infer As]
    ? BindAll<Ts, As, BindNames<AxesOf<T>, ShapeOfArgument<A>, E>>
    : E
  : E;

/** Whether one argument fits its part of the signature; a problem when not. */
export type CheckArgument<Block extends string, Take extends string, S extends Shape, E> =
  IsWideShape<S> extends true
    ? S
    : E extends Environment
      ? AxesOf<Take>['length'] extends S['length']
        ? CheckAxes<Block, AxesOf<Take>, S, E, S>
        : Problem<
            Sentence<typeof TAKES_RANK, { block: Block; take: Take; shape: Describe<S>; rank: S['length'] }>
          >
      : never;

type CheckAxes<
  Block extends string,
  Axes extends readonly string[],
  S extends Shape,
  E extends Environment,
  Whole extends Shape,
> = Axes extends readonly [infer W extends string, ...infer Ws extends readonly string[]]
  ? S extends readonly [infer D extends Dim, ...infer Ds extends Shape]
    ? Agree<Evaluate<W, E>, D> extends true
      ? CheckAxes<Block, Ws, Ds, E, Whole>
      : Problem<
          Sentence<
            typeof TAKES_SIZE,
            {
              block: Block;
              axis: W;
              expected: DescribeDim<Evaluate<W, E>>;
              found: DescribeDim<D>;
              shape: Describe<Whole>;
            }
          >
        >
    : Whole
  : Whole;

/** A word of a result: a name that nothing binds is known only once the block is called. */
type EvaluateResult<W extends string, E extends Environment> =
  IsExpression<W> extends true ? Evaluate<W, E> : W extends `${bigint}` | keyof E ? Evaluate<W, E> : Dim;

/** The shape of a result. */
export type ResultShape<Axes extends readonly string[], E> = E extends Environment
  ? { readonly [I in keyof Axes]: EvaluateResult<Axes[I], E> }
  : never;
