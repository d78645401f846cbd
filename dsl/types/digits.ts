import type { Differences, Digit, Next, Products, Sums } from './digit-tables.ts';
import type { DivideUnary, Unary } from './unary.ts';

/**
 * Exact arithmetic on whole numbers in the type system, on strings of digits. Inside, digits are written backwards
 * (units first), since types can take a string apart only from its front. All recursion is in tail position.
 */

/** `AddDigits<'50304', '8'>` is `'50312'`. */
export type AddDigits<A extends string, B extends string> = Reverse<AddBackward<Reverse<A>, Reverse<B>>>;

/** `A - B`, or never where that is negative. */
export type SubtractDigits<A extends string, B extends string> =
  SubtractBackward<Reverse<A>, Reverse<B>> extends infer R extends string ? Trimmed<Reverse<R>> : never;

export type MultiplyDigits<A extends string, B extends string> = A extends '0'
  ? '0'
  : B extends '0'
    ? '0'
    : Reverse<MultiplyBackward<A, Reverse<B>>>;

/** `A / B` where that is exact, else never. */
export type DivideDigits<A extends string, B extends string> = B extends '0'
  ? never
  : IsLong<A> extends true
    ? LongDivision<A, Reverse<B>>
    : DivideUnary<Unary<A>, Unary<B>>;

/** Whether a number has six digits or more: too many to write it in letters. */
type IsLong<A extends string> =
  A extends `${infer _1}${infer _2}${infer _3}${infer _4}${infer _5}${infer _6}${infer _7}` ? true : false;

type Reverse<S extends string, R extends string = ''> = S extends `${infer H}${infer T}`
  ? Reverse<T, `${H}${R}`>
  : R;

/** Without leading zeros. */
type Trimmed<S extends string> = S extends '0' ? S : S extends `0${infer R}` ? Trimmed<R> : S;

type WithCarry<D extends string, Carry> = Carry extends '1' ? (D extends Digit ? Next[D] : never) : D;

type Look<Table, A extends string, B extends string> = A extends keyof Table
  ? B extends keyof Table[A]
    ? Table[A][B]
    : never
  : never;

type AddBackward<
  A extends string,
  B extends string,
  Carry extends string = '0',
  R extends string = '',
> = A extends `${infer X}${infer As}`
  ? B extends `${infer Y}${infer Bs}`
    ? Look<Sums, X, WithCarry<Y, Carry>> extends `${infer C}${infer D}`
      ? AddBackward<As, Bs, C, `${R}${D}`>
      : never
    : Carry extends '0'
      ? `${R}${A}`
      : AddBackward<A, '0', Carry, R>
  : B extends ''
    ? Carry extends '1'
      ? `${R}1`
      : R
    : AddBackward<B, '', Carry, R>;

type SubtractBackward<
  A extends string,
  B extends string,
  Borrow extends string = '0',
  R extends string = '',
> = A extends `${infer X}${infer As}`
  ? B extends `${infer Y}${infer Bs}`
    ? Look<Differences, X, WithCarry<Y, Borrow>> extends `${infer C}${infer D}`
      ? SubtractBackward<As, Bs, C, `${R}${D}`>
      : never
    : Borrow extends '0'
      ? `${R}${A}`
      : SubtractBackward<A, '0', Borrow, R>
  : B extends ''
    ? Borrow extends '0'
      ? R
      : never
    : never;

/** One digit times a backward number. */
type Scale<
  D extends string,
  B extends string,
  Carry extends string = '0',
  R extends string = '',
> = B extends `${infer Y}${infer Bs}`
  ? Look<Products, D, Y> extends `${infer Tens}${infer Units}`
    ? Look<Sums, Units, Carry> extends `${infer C}${infer Low}`
      ? Scale<D, Bs, WithCarry<Tens, C>, `${R}${Low}`>
      : never
    : never
  : Carry extends '0'
    ? R
    : `${R}${Carry}`;

/** Horner's rule over the digits of A, most significant first: shift what there is, add one digit times B. */
type MultiplyBackward<
  A extends string,
  B extends string,
  R extends string = '',
> = A extends `${infer D}${infer As}`
  ? D extends '0'
    ? MultiplyBackward<As, B, R extends '' ? '' : `0${R}`>
    : MultiplyBackward<As, B, AddBackward<`0${R}`, Scale<D, B>>>
  : R;

/** Brings down one digit of A at a time; B and the remainder are backward, and the remainder must be 0 in the end. */
type LongDivision<
  A extends string,
  B extends string,
  Rest extends string = '',
  Q extends string = '',
> = A extends `${infer D}${infer As}`
  ? TakeOut<`${D}${Rest}`, B> extends [infer Digit extends string, infer Left extends string]
    ? LongDivision<As, B, Left, `${Q}${Digit}`>
    : never
  : IsZero<Rest> extends true
    ? Trimmed<Q>
    : never;

/** How often B goes into Rest (0 to 9), and what is left; zeros at its end do no harm. */
type TakeOut<Rest extends string, B extends string, Count extends string = '0'> = [
  SubtractBackward<Rest, B>,
] extends [never]
  ? [Count, Rest]
  : Count extends Digit
    ? TakeOut<SubtractBackward<Rest, B>, B, Next[Count]>
    : never;

type IsZero<S extends string> = S extends `0${infer R}` ? IsZero<R> : S extends '' ? true : false;
