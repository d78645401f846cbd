import type { Before } from './alphabet.ts';
import type { AddDigits, DivideDigits, MultiplyDigits } from './digits.ts';

/**
 * Sums and products of named sizes as canonical strings, the twins of `shape/dim.ts`: terms and names in order,
 * the constant last. A monomial is its names joined by `*`, the empty string for the constant.
 */

/** Takes one term apart: `'2*a*b'` is `['2', 'a*b']`, `'a'` is `['1', 'a']`, `'7'` is `['7', '']`. */
type SplitTerm<T extends string> = T extends `${bigint}`
  ? [T, '']
  : T extends `${infer C extends bigint}*${infer M}`
    ? [`${C}`, M]
    : ['1', T];

type JoinTerm<C extends string, M extends string> = M extends '' ? C : C extends '1' ? M : `${C}*${M}`;

type Follow<Sum extends string, Term extends string> = Sum extends ''
  ? Term
  : Term extends ''
    ? Sum
    : `${Sum}+${Term}`;

/** Whether monomial A is written before B. */
type TermBefore<A extends string, B extends string> = A extends ''
  ? false
  : B extends ''
    ? true
    : Before<A, B>;

/** Puts the term C*M in its place among the terms. */
type AddTerm<
  Terms extends string,
  C extends string,
  M extends string,
  Done extends string = '',
> = C extends '0'
  ? Terms
  : Terms extends ''
    ? Follow<Done, JoinTerm<C, M>>
    : Terms extends `${infer H}+${infer R}`
      ? Place<H, R, C, M, Done>
      : Place<Terms, '', C, M, Done>;

type Place<H extends string, R extends string, C extends string, M extends string, Done extends string> =
  SplitTerm<H> extends [infer HC extends string, infer HM extends string]
    ? HM extends M
      ? Follow<Follow<Done, JoinTerm<AddDigits<HC, C>, M>>, R>
      : TermBefore<M, HM> extends true
        ? Follow<Follow<Follow<Done, JoinTerm<C, M>>, H>, R>
        : AddTerm<R, C, M, Follow<Done, H>>
    : never;

/** Canonical sum of two canonical sums. */
export type AddPolynomials<A extends string, B extends string> = A extends '0'
  ? B
  : B extends `${infer H}+${infer R}`
    ? SplitTerm<H> extends [infer C extends string, infer M extends string]
      ? AddPolynomials<AddTerm<A, C, M>, R>
      : never
    : SplitTerm<B> extends [infer C extends string, infer M extends string]
      ? AddTerm<A, C, M>
      : never;

/** Puts one name in its place among the names of a monomial. */
type AddName<M extends string, N extends string, Done extends string = ''> = M extends ''
  ? Times<Done, N>
  : M extends `${infer H}*${infer R}`
    ? Before<H, N> extends true
      ? AddName<R, N, Times<Done, H>>
      : Times<Times<Times<Done, N>, H>, R>
    : Before<M, N> extends true
      ? Times<Times<Done, M>, N>
      : Times<Times<Done, N>, M>;

type Times<A extends string, B extends string> = A extends '' ? B : B extends '' ? A : `${A}*${B}`;

type MultiplyMonomials<A extends string, B extends string> = B extends ''
  ? A
  : B extends `${infer H}*${infer R}`
    ? MultiplyMonomials<AddName<A, H>, R>
    : AddName<A, B>;

/** Every term of A times C*M. */
type ScaleTerms<
  A extends string,
  C extends string,
  M extends string,
  Done extends string = '0',
> = A extends `${infer H}+${infer R}`
  ? ScaleTerms<R, C, M, AddPolynomials<Done, ScaleTerm<H, C, M>>>
  : AddPolynomials<Done, ScaleTerm<A, C, M>>;

type ScaleTerm<T extends string, C extends string, M extends string> =
  SplitTerm<T> extends [infer TC extends string, infer TM extends string]
    ? JoinTerm<MultiplyDigits<TC, C>, MultiplyMonomials<TM, M>>
    : never;

/** Canonical product of two canonical sums. */
export type MultiplyPolynomials<A extends string, B extends string, Done extends string = '0'> = A extends '0'
  ? '0'
  : B extends '0'
    ? '0'
    : B extends `${infer H}+${infer R}`
      ? SplitTerm<H> extends [infer C extends string, infer M extends string]
        ? MultiplyPolynomials<A, R, AddPolynomials<Done, ScaleTerms<A, C, M>>>
        : never
      : SplitTerm<B> extends [infer C extends string, infer M extends string]
        ? AddPolynomials<Done, ScaleTerms<A, C, M>>
        : never;

/** The one spelling of a sum of products as an author writes it. */
export type CanonicalPolynomial<
  S extends string,
  Done extends string = '0',
> = S extends `${infer H}+${infer R}`
  ? CanonicalPolynomial<R, AddPolynomials<Done, CanonicalProduct<H>>>
  : AddPolynomials<Done, CanonicalProduct<S>>;

type CanonicalProduct<S extends string, Done extends string = '1'> = S extends ` ${infer R}`
  ? CanonicalProduct<R, Done>
  : S extends `${infer H}*${infer R}`
    ? CanonicalProduct<R, MultiplyPolynomials<Done, Plain<H>>>
    : MultiplyPolynomials<Done, Plain<S>>;

type Plain<S extends string> = S extends ` ${infer R}` ? Plain<R> : S extends `${infer L} ` ? Plain<L> : S;

/** Takes the names of M out of monomial A; never when one is missing. */
type RemoveNames<A extends string, M extends string> = M extends ''
  ? A
  : M extends `${infer H}*${infer R}`
    ? RemoveName<A, H> extends infer Rest extends string
      ? RemoveNames<Rest, R>
      : never
    : RemoveName<A, M>;

type RemoveName<A extends string, N extends string, Done extends string = ''> = A extends N
  ? Done
  : A extends `${infer H}*${infer R}`
    ? H extends N
      ? Times<Done, R>
      : RemoveName<R, N, Times<Done, H>>
    : never;

/** Every term of A divided by the single term B; never when one does not divide. */
export type DividePolynomial<A extends string, B extends string, Done extends string = '0'> =
  SplitTerm<B> extends [infer C extends string, infer M extends string]
    ? A extends `${infer H}+${infer R}`
      ? DivideTerm<H, C, M> extends infer Q extends string
        ? [Q] extends [never]
          ? never
          : DividePolynomial<R, B, AddPolynomials<Done, Q>>
        : never
      : [DivideTerm<A, C, M>] extends [never]
        ? never
        : AddPolynomials<Done, DivideTerm<A, C, M>>
    : never;

type DivideTerm<T extends string, C extends string, M extends string> =
  SplitTerm<T> extends [infer TC extends string, infer TM extends string]
    ? [RemoveNames<TM, M>] extends [never]
      ? never
      : [DivideDigits<TC, C>] extends [never]
        ? never
        : JoinTerm<DivideDigits<TC, C>, RemoveNames<TM, M>>
    : never;

/** Takes the terms of B out of A where A has them as they are; never where it does not. */
export type SubtractTerms<A extends string, B extends string> = B extends `${infer H}+${infer R}`
  ? [RemoveTerm<A, H>] extends [never]
    ? never
    : SubtractTerms<RemoveTerm<A, H>, R>
  : RemoveTerm<A, B>;

type RemoveTerm<A extends string, T extends string, Done extends string = ''> = A extends T
  ? Done extends ''
    ? '0'
    : Done
  : A extends `${infer H}+${infer R}`
    ? H extends T
      ? Follow<Done, R>
      : RemoveTerm<R, T, Follow<Done, H>>
    : never;
