import type { Digit } from './digit-tables.ts';

/**
 * Whole numbers below 100000 as so many letters. To take one number out of another is then one match of a template, where
 * digits would be gone through one by one.
 */
export type Unary<N extends string> = Joined<
  '',
  N extends keyof Thousand
    ? Thousand[N]
    : N extends `${infer D extends Digit}${infer R}`
      ? R extends keyof Thousand
        ? Joined<Times1000<Ones[D]>, Thousand[R]>
        : R extends `${infer E extends Digit}${infer S extends keyof Thousand}`
          ? Joined<Times1000<Joined<TenTimes<Ones[D]>, Ones[E]>>, Thousand[S]>
          : never
      : never
>;

interface Ones {
  '0': '';
  '1': 'i';
  '2': 'ii';
  '3': 'iii';
  '4': 'iiii';
  '5': 'iiiii';
  '6': 'iiiiii';
  '7': 'iiiiiii';
  '8': 'iiiiiiii';
  '9': 'iiiiiiiii';
}

type Triple = `${Digit}${Digit}${Digit}`;

/** Those of up to three digits, each worked out when it is first asked for. */
type Thousand = {
  readonly [N in Digit | `${Digit}${Digit}` | Triple]: N extends Digit
    ? Ones[N]
    : N extends `${infer C extends Digit}${infer D extends Digit}`
      ? Joined<TenTimes<Ones[C]>, Ones[D]>
      : N extends `${infer B extends Digit}${infer C extends Digit}${infer D extends Digit}`
        ? Joined<TenTimes<Joined<TenTimes<Ones[B]>, Ones[C]>>, Ones[D]>
        : never;
};

/*
 * The letters are inferred first: where they are still open TypeScript would write out ten times ten times of them, and
 * all of a thousand numbers before another thousand.
 */

type Joined<A, B> = [A, B] extends [infer S extends string, infer T extends string] ? `${S}${T}` : never;

type TenTimes<N> = [N] extends [infer T extends string] ? `${T}${T}${T}${T}${T}${T}${T}${T}${T}${T}` : never;

type Times1000<N> = TenTimes<TenTimes<TenTimes<N>>>;

/** `A / B` in digits where that is exact, else never. B is not zero. */
export type DivideUnary<A extends string, B extends string> = Climb<A, B, []>;

/** Looks for the largest B, 10 B, 100 B, … that A has, and remembers those before it. */
type Climb<
  A extends string,
  B extends string,
  Below extends readonly string[],
> = A extends `${TenTimes<B>}${string}` ? Climb<A, TenTimes<B>, [B, ...Below]> : TakeOut<A, B, Below, ''>;

/** How often B goes into A, from five times on; then it goes on with what is left. */
type TakeOut<
  A extends string,
  B extends string,
  Below extends readonly string[],
  Q extends string,
> = A extends `${B}${B}${B}${B}${B}${infer R}`
  ? R extends `${B}${B}${infer S}`
    ? S extends `${B}${B}${infer T}`
      ? Next<T, Below, `${Q}9`>
      : S extends `${B}${infer T}`
        ? Next<T, Below, `${Q}8`>
        : Next<S, Below, `${Q}7`>
    : R extends `${B}${infer S}`
      ? Next<S, Below, `${Q}6`>
      : Next<R, Below, `${Q}5`>
  : A extends `${B}${B}${infer S}`
    ? S extends `${B}${B}${infer T}`
      ? Next<T, Below, `${Q}4`>
      : S extends `${B}${infer T}`
        ? Next<T, Below, `${Q}3`>
        : Next<S, Below, `${Q}2`>
    : A extends `${B}${infer S}`
      ? Next<S, Below, `${Q}1`>
      : Next<A, Below, `${Q}0`>;

type Next<Left extends string, Below extends readonly string[], Q extends string> = Below extends readonly [
  infer B extends string,
  ...infer Rest extends readonly string[],
]
  ? TakeOut<Left, B, Rest, Q>
  : Left extends ''
    ? Q
    : never;
