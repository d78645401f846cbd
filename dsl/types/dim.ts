import type { Dim, Shape } from '../tensor.ts';
import type { AddDigits, DivideDigits, MultiplyDigits, SubtractDigits } from './digits.ts';
import type {
  AddPolynomials,
  CanonicalPolynomial,
  DividePolynomial,
  MultiplyPolynomials,
  SubtractTerms,
} from './polynomial.ts';
import type { Size } from './size.ts';
import type { IsWide, Wide } from './wide.ts';

/** A size from its spelling: whole numbers become number types again. */
type FromText<T extends string> = T extends `${infer N extends number}` ? N : T;

/** The one spelling of a size: `'text+past'` is `'past+text'`. A plain name or number is already canonical. */
export type Canonical<D extends Dim> = CanonicalOf<D, D>;

/** Where a size is one of several, nothing is known of it. */
type CanonicalOf<D extends Dim, All> = D extends unknown
  ? [All] extends [D]
    ? CanonicalOne<D>
    : Wide
  : never;

type CanonicalOne<D extends Dim> =
  D extends Size<infer N>
    ? N
    : D extends number
      ? D
      : string extends D
        ? D
        : D extends `${string}+${string}` | `${string}*${string}`
          ? FromText<CanonicalPolynomial<D>>
          : FromText<`${D}`>;

/** The sum of two sizes; wide when either is. */
export type Add<A extends Dim, B extends Dim> = true extends IsWide<A> | IsWide<B>
  ? Wide
  : A extends 0
    ? B
    : B extends 0
      ? A
      : [A, B] extends [number, number]
        ? FromText<AddDigits<`${A}`, `${B}`>>
        : FromText<AddPolynomials<`${A}`, `${B}`>>;

/** The product of two sizes; wide when either is. */
export type Multiply<A extends Dim, B extends Dim> = A extends 1
  ? B
  : B extends 1
    ? A
    : true extends IsWide<A> | IsWide<B>
      ? Wide
      : [A, B] extends [number, number]
        ? FromText<MultiplyDigits<`${A}`, `${B}`>>
        : FromText<MultiplyPolynomials<`${A}`, `${B}`>>;

/** `A - B` where the types can tell, else wide; never when it is negative. */
export type Subtract<A extends Dim, B extends Dim> = true extends IsWide<A> | IsWide<B>
  ? Wide
  : B extends 0
    ? A
    : [A, B] extends [number, number]
      ? FromText<SubtractDigits<`${A}`, `${B}`>>
      : [SubtractTerms<`${A}`, `${B}`>] extends [never]
        ? Wide
        : FromText<SubtractTerms<`${A}`, `${B}`>>;

/**
 * `A / B` where that is exact; never when two literals do not divide. Wide when either is, and when names are
 * involved that do not cancel: only the run-time check knows their values.
 */
export type Divide<A extends Dim, B extends Dim> = B extends 1
  ? A
  : true extends IsWide<A> | IsWide<B>
    ? Wide
    : [A] extends [B]
      ? A extends 0
        ? never
        : 1
      : [A, B] extends [number, number]
        ? FromText<DivideDigits<`${A}`, `${B}`>>
        : B extends `${string}+${string}`
          ? Wide
          : [DividePolynomial<`${A}`, `${B}`>] extends [never]
            ? Wide
            : FromText<DividePolynomial<`${A}`, `${B}`>>;

/** Whether two sizes can be the same: equal, or one of them wide. */
export type Agree<A extends Dim, B extends Dim> = [A] extends [B]
  ? true
  : true extends IsWide<A> | IsWide<B>
    ? true
    : false;

/** Of two sizes that agree, the one that says more. */
export type Refine<A extends Dim, B extends Dim> = true extends IsWide<A> ? B : A;

/** The product of all sizes. */
export type Product<S extends readonly Dim[], R extends Dim = 1> = S extends readonly [
  infer H extends Dim,
  ...infer T extends readonly Dim[],
]
  ? Product<T, Multiply<R, H>>
  : R;

/** The sum of all sizes. */
export type Sum<S extends readonly Dim[], R extends Dim = 0> = S extends readonly [
  infer H extends Dim,
  ...infer T extends readonly Dim[],
]
  ? Sum<T, Add<R, H>>
  : R;

/** Every size of a shape in its one spelling. */
export type CanonicalShape<S extends Shape> = {
  readonly [I in keyof S]: S[I] extends Dim ? Canonical<S[I]> : never;
};
