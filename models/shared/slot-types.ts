import type { AxesOf, Dim, Dtype, Marked, Tensor } from '../../dsl/index.ts';

/** The width of a part that is a vision encoder or a language model, where the types can tell. */
type WidthOfPart<Part> =
  Part extends Marked<infer Inner>
    ? WidthOfPart<Inner>
    : Part extends { readonly dim: infer Width extends number }
      ? Width
      : number;

export type WidthIn<O, Part extends string> = O extends { readonly [K in Part]: infer Value }
  ? WidthOfPart<Value>
  : number;

/** The features of a vision encoder as a block is called with them, by the number of axes that it takes. */
export type FeaturesFor<Made, Width extends number> = Made extends {
  readonly takes: readonly [infer Take extends string, ...(readonly `${string}?`[])];
}
  ? AxesOf<Take>['length'] extends 3
    ? [Tensor<'float32', readonly ['images', 'places', Width]>]
    : AxesOf<Take>['length'] extends 4
      ? [Tensor<'float32', readonly ['images', 'frames', 'tokens', Width]>]
      : AxesOf<Take>['length'] extends 5
        ? [Tensor<'float32', readonly ['batch', 'media', 'frames', 'tokens', Width]>]
        : never
  : never;

/** A block by its name and signature. */
export interface AnyNamed<
  Name extends string,
  Takes extends readonly string[],
  Gives extends string | readonly string[],
> {
  readonly blockName: Name;
  readonly takes: Takes;
  readonly gives: Gives;
}

/** The second, unless there is a first. */
export type FirstOfProblems<First, Second> = [First] extends [never] ? Second : First;

/** The last axis of a tensor, where the types can tell. */
export type LastAxis<T> =
  T extends Tensor<Dtype, readonly [...Dim[], infer Width extends number]> ? Width : number;

/** `'batch text dim', 'batch places vision'`, as messages list a signature. */
export type Quoted<Takes, R extends string = ''> = Takes extends readonly [infer H extends string, ...infer T]
  ? Quoted<T, R extends '' ? `'${H}'` : `${R}, '${H}'`>
  : R;
