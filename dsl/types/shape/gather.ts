import type { Sentence } from '../../errors/sentence.ts';
import type { ROW_TABLE } from '../../sentences/embedding.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { ResolveAxis } from '../axis.ts';
import type { Describe, Problem } from '../problem.ts';
import type { IsWideShape } from '../wide.ts';

/** Slices picked along an axis, which the axes of the indices replace: the twin of `shape/gather.ts`. */
export type Gather<S extends Shape, I extends Shape, A extends number> =
  ResolveAxis<'gather', S, A> extends infer Place
    ? Place extends `✗ ${string}`
      ? Place
      : string extends Place
        ? Shape
        : IsWideShape<I> extends true
          ? Shape
          : Replace<S, Place, I>
    : never;

type Replace<S extends Shape, Place, I extends Shape, Done extends Shape = readonly []> = S extends readonly [
  infer H extends Dim,
  ...infer T extends Shape,
]
  ? `${Done['length']}` extends Place
    ? readonly [...Done, ...I, ...T]
    : Replace<T, Place, I, readonly [...Done, H]>
  : never;

/** A table of rows, or a problem. */
export type RowTable<S extends Shape> =
  IsWideShape<S> extends true
    ? S
    : S extends readonly [Dim, Dim]
      ? S
      : Problem<Sentence<typeof ROW_TABLE, { weight: Describe<S> }>>;

/** The rows of a table for tokens. */
export type Rows<W extends Shape, S extends Shape> = W extends readonly [Dim, infer Width extends Dim]
  ? readonly [...S, Width]
  : IsWideShape<S> extends true
    ? Shape
    : readonly [...S, Dim];
