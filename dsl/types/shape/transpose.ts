import type { Sentence } from '../../errors/sentence.ts';
import type { NO_PERMUTATION } from '../../sentences/transpose.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Describe, Joined, Problem } from '../problem.ts';
import type { IsWideShape } from '../wide.ts';

/** The twin of `shape/transpose.ts`; without a permutation the last two axes change places. */
export type Transpose<S extends Shape, P> = [P] extends [undefined]
  ? Transposed<S>
  : P extends readonly number[]
    ? TransposeShape<S, P>
    : Shape;

type TransposeShape<S extends Shape, P extends readonly number[]> = true extends
  | IsWideShape<S>
  | IsWideShape<P>
  ? Shape
  : [P['length'], IsPermutation<P, S>] extends [S['length'], true]
    ? { readonly [I in keyof P]: S[P[I]] }
    : Problem<
        Sentence<
          typeof NO_PERMUTATION,
          { permutation: `[${Joined<P>}]`; rank: S['length']; shape: Describe<S> }
        >
      >;

/** Every place of the shape is named; with as many names as axes each is then named once. */
type IsPermutation<P extends readonly number[], S extends Shape> =
  Exclude<keyof S & `${bigint}`, `${P[number]}`> extends never ? true : false;

/** The last two axes swapped. */
export type Transposed<S extends Shape> = S extends readonly [
  ...infer B extends Shape,
  infer R extends Dim,
  infer C extends Dim,
]
  ? readonly [...B, C, R]
  : S;
