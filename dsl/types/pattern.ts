/**
 * Patterns read by the type checker: the twin of `einops/parser.ts`. One side is a tuple of items: `'t'` for a name,
 * `['h', 'd']` for a group, `[]` for an axis of size 1, `'...'` for axes passed through, `number` text for a number.
 */
export type Item = string | readonly string[];

/** The items of one side, or never when its parentheses do not match. */
export type ParseSide<S extends string, Done extends readonly Item[] = []> = S extends ''
  ? Done
  : S extends ` ${infer R}`
    ? ParseSide<R, Done>
    : S extends `(${infer G})${infer R}`
      ? G extends `${string}(${string}`
        ? never
        : ParseSide<R, [...Done, ParseGroup<G>]>
      : S extends `${infer W} ${infer R}`
        ? W extends `${infer X}(${infer Y}`
          ? X extends ''
            ? never
            : ParseSide<`(${Y} ${R}`, [...Done, ParseWord<X>]>
          : W extends `${string})${string}`
            ? never
            : ParseSide<R, [...Done, ParseWord<W>]>
        : S extends `${infer X}(${infer Y}`
          ? X extends ''
            ? never
            : ParseSide<`(${Y}`, [...Done, ParseWord<X>]>
          : S extends `${string})${string}`
            ? never
            : [...Done, ParseWord<S>];

/** A 1 is an axis of size 1, as `()` is. */
type ParseWord<W extends string> = W extends '1' ? [] : W;

type ParseGroup<G extends string, Done extends readonly string[] = []> = G extends ''
  ? Done
  : G extends ` ${infer R}`
    ? ParseGroup<R, Done>
    : G extends `${infer W} ${infer R}`
      ? ParseGroup<R, W extends '1' ? Done : [...Done, W]>
      : G extends '1'
        ? Done
        : [...Done, G];

/** All the names and numbers of one side, in order. */
export type Names<
  Items extends readonly Item[],
  Done extends readonly string[] = [],
> = Items extends readonly [infer H, ...infer T extends readonly Item[]]
  ? H extends readonly string[]
    ? Names<T, [...Done, ...H]>
    : H extends string
      ? Names<T, [...Done, H]>
      : never
  : Done;

/** One item as it was written. */
export type DescribeItem<I> = I extends string
  ? I
  : I extends readonly []
    ? '1'
    : I extends readonly [infer Only extends string]
      ? Only
      : I extends readonly string[]
        ? `(${Spaced<I>})`
        : never;

export type Spaced<N extends readonly string[], R extends string = ''> = N extends readonly [
  infer H extends string,
  ...infer T extends readonly string[],
]
  ? Spaced<T, R extends '' ? H : `${R} ${H}`>
  : R;

/** The sizes of a shape under the names of its axes: of those items that are names. */
export type SizesByName<Items extends readonly Item[], S extends readonly unknown[]> = {
  readonly [I in keyof Items & keyof S & `${bigint}` as Items[I] extends string ? Items[I] : never]: S[I];
};

/** The first name of a list that is not among the known, or never. */
export type FirstUnknown<N extends readonly string[], Known extends string> = N extends readonly [
  infer H extends string,
  ...infer T extends readonly string[],
]
  ? H extends Known
    ? FirstUnknown<T, Known>
    : H
  : never;

/** The first name that occurs twice, or never. */
export type FirstTwice<N extends readonly string[]> = N extends readonly [
  infer H extends string,
  ...infer T extends readonly string[],
]
  ? H extends T[number]
    ? H extends `${bigint}`
      ? FirstTwice<T>
      : H
    : FirstTwice<T>
  : never;
