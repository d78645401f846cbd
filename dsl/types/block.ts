import type { Dtype, FloatDtype } from '../dtype.ts';
import type { Sentence } from '../errors/sentence.ts';
import type { GIVES_COUNT, GIVES_SHAPE, TAKES_DTYPE } from '../sentences/block.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Requirement } from './config.ts';
import type { AfterProblem, Checked, Describe, Problem } from './problem.ts';
import type { RigidNames } from './rigid.ts';
import type { SameShape } from './same-shape.ts';
import type {
  AxesOf,
  CheckArgument,
  DtypeOf,
  Environment,
  IsOptional,
  ResultShape,
  ShapeOf,
} from './signature.ts';

/** The arguments of a block's body, their axes rigid names. */
export type BodyArguments<
  Takes extends readonly string[],
  Sizes extends string,
  Requires extends readonly Requirement[],
> = {
  readonly [I in keyof Takes]:
    | Tensor<DtypeOf<Takes[I]>, ShapeOf<AxesOf<Takes[I]>, RigidNames<Takes, Sizes, Requires>>>
    | (IsOptional<Takes[I]> extends true ? undefined : never);
};

/** How many arguments a call has, before anything is known of their shapes. */
export type CallArguments<Takes extends readonly string[]> = Takes extends readonly [
  ...infer Before extends readonly string[],
  infer Last extends string,
]
  ? IsOptional<Last> extends true
    ? readonly [...CallArguments<Before>, (Tensor | undefined)?]
    : { readonly [I in keyof Takes]: Tensor | (IsOptional<Takes[I]> extends true ? undefined : never) }
  : readonly [];

/** Each argument of a call, or in its place the sentence of what is wrong with it. */
export type CheckedArguments<
  Name extends string,
  Takes extends readonly string[],
  A extends readonly unknown[],
  E,
> = {
  [I in keyof A]: I extends keyof Takes
    ? Takes[I] extends string
      ? Checked<CheckTensor<Name, Takes[I], A[I], E>, A[I]>
      : A[I]
    : A[I];
};

type CheckTensor<Name extends string, Take extends string, T, E> =
  T extends Tensor<infer D, infer S>
    ? DtypeFits<D, DtypeOf<Take>> extends true
      ? CheckArgument<Name, Take, S, E>
      : Problem<Sentence<typeof TAKES_DTYPE, { block: Name; take: Take; dtype: D }>>
    : T;

/** Any float serves where a float is asked for; an unknown dtype agrees with all. */
type DtypeFits<D extends Dtype, Wanted extends Dtype> = [Dtype] extends [D]
  ? true
  : D extends Wanted
    ? true
    : Wanted extends FloatDtype
      ? D extends FloatDtype
        ? true
        : false
      : false;

/** What a call returns: one tensor, or a tuple where the block gives several. */
export type Given<Gives extends string | readonly string[], E> = Gives extends string
  ? GivenTensor<Gives, E>
  : { readonly [I in keyof Gives]: GivenTensor<Gives[I] & string, E> };

/** Inferred before it is named, so that an editor shows the shape rather than how it came about. */
type GivenTensor<Gives extends string, E> = [DtypeOf<Gives>, ResultShape<AxesOf<Gives>, E>] extends [
  infer D extends Dtype,
  infer S extends Shape,
]
  ? Tensor<D, S>
  : never;

/** After a problem with an argument the result agrees with everything. */
export type CallResult<Checks extends readonly unknown[], R> = [
  Extract<Checks[number], `✗ ${string}`>,
] extends [never]
  ? R
  : AfterProblem;

/** What the body returns, or the sentence of how it differs from what the block gives. */
export type CheckedBody<
  Name extends string,
  Gives extends string | readonly string[],
  E,
  R,
> = Gives extends string
  ? R extends Tensor<Dtype, infer S>
    ? Checked<CheckGiven<Name, Gives, S, E>, R>
    : R
  : Gives extends readonly string[]
    ? R extends readonly unknown[]
      ? number extends R['length']
        ? R
        : R['length'] extends Gives['length']
          ? { [I in keyof R]: I extends keyof Gives ? CheckedBody<Name, Gives[I] & string, E, R[I]> : R[I] }
          : {
              // Said once, of the first.
              [I in keyof R]: I extends '0'
                ? Problem<
                    Sentence<
                      typeof GIVES_COUNT,
                      { block: Name; count: Gives['length']; returned: R['length'] }
                    >
                  >
                : R[I];
            }
      : Problem<Sentence<typeof GIVES_COUNT, { block: Name; count: Gives['length']; returned: 1 }>>
    : never;

type CheckGiven<Name extends string, Gives extends string, S extends Shape, E> = number extends S['length']
  ? S
  : E extends Environment
    ? SameShape<S, ResultShape<AxesOf<Gives>, E>> extends true
      ? S
      : Problem<Sentence<typeof GIVES_SHAPE, { block: Name; gives: Gives; shape: Describe<S> }>>
    : never;
