import type { Sentence } from '../../errors/sentence.ts';
import type { ELEMENTS, FREE_TWICE, MULTIPLE } from '../../sentences/reshape.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Agree, CanonicalShape, Divide, Product } from '../dim.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';
import type { IsWide, IsWideShape } from '../wide.ts';

/** The twin of `shape/reshape.ts`: the target as the author wrote it, where one axis may be -1. */
export type Reshape<S extends Shape, T extends Shape> = ReshapeTo<S, CanonicalShape<T>>;

type ReshapeTo<S extends Shape, T extends Shape> =
  IsWideShape<T> extends true
    ? Shape
    : -1 extends T[number]
      ? Twice<T> extends true
        ? Problem<Sentence<typeof FREE_TWICE, { target: Describe<T> }>>
        : IsWideShape<S> extends true
          ? Known<T>
          : Fill<S, T, Product<S>, Product<WithoutFree<T>>>
      : IsWideShape<S> extends true
        ? T
        : HoldsAsMany<S, T> extends true
          ? T
          : Problem<
              Sentence<
                typeof ELEMENTS,
                {
                  shape: Describe<S>;
                  elements: DescribeDim<Product<S>>;
                  target: Describe<T>;
                  given: DescribeDim<Product<T>>;
                }
              >
            >;

/** Whether two shapes can have equally many elements. What both begin or end with is not multiplied out. */
type HoldsAsMany<S extends Shape, T extends Shape> =
  IsWide<S[number] | T[number]> extends true ? true : WithoutBeginning<S, T>;

type WithoutBeginning<S extends Shape, T extends Shape> = S extends readonly [
  infer A,
  ...infer Ss extends Shape,
]
  ? T extends readonly [A, ...infer Ts extends Shape]
    ? WithoutBeginning<Ss, Ts>
    : WithoutEnd<S, T>
  : Agree<1, Product<T>>;

type WithoutEnd<S extends Shape, T extends Shape> = S extends readonly [...infer Ss extends Shape, infer A]
  ? T extends readonly [...infer Ts extends Shape, A]
    ? WithoutEnd<Ss, Ts>
    : Agree<Product<S>, Product<T>>
  : Agree<1, Product<T>>;

type Fill<S extends Shape, T extends Shape, Elements extends Dim, Given extends Dim> = [
  Divide<Elements, Given>,
] extends [never]
  ? Problem<
      Sentence<
        typeof MULTIPLE,
        {
          shape: Describe<S>;
          elements: DescribeDim<Elements>;
          target: Describe<T>;
          given: DescribeDim<Given>;
        }
      >
    >
  : { readonly [I in keyof T]: T[I] extends -1 ? Divide<Elements, Given> : T[I] };

type WithoutFree<T extends Shape> = { readonly [I in keyof T]: T[I] extends -1 ? 1 : T[I] };

/** A target without its open axis: what is left is not known. */
type Known<T extends Shape> = { readonly [I in keyof T]: T[I] extends -1 ? Dim : T[I] };

type Twice<T extends Shape> = T extends readonly [infer H, ...infer R extends Shape]
  ? H extends -1
    ? -1 extends R[number]
      ? true
      : false
    : Twice<R>
  : false;
