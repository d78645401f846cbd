import type { Sentence } from '../../errors/sentence.ts';
import type { NOT_WITHIN } from '../../sentences/slice.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { HasAxis, ResolveAxis, SizeAt, WithAxis } from '../axis.ts';
import type { Canonical, Subtract } from '../dim.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';

/** The twin of `shape/slice.ts`. A range that the types cannot place is left to run time. */
export type Slice<S extends Shape, A extends number, Start extends Dim, End, Step> =
  HasAxis<'slice', S, A> extends infer Found
    ? Found extends Shape
      ? SliceAt<S, A, ResolveAxis<'slice', S, A>, Canonical<Start>, End, Step>
      : Found
    : never;

/** The problem of a range that does not lie within its axis; an axis that does not exist is another one. */
export type SliceRange<S extends Shape, A extends number, Start extends Dim, End> =
  ResolveAxis<'slice', S, A> extends `✗ ${string}` ? S : Slice<S, A, Start, End, 1>;

type SliceAt<S extends Shape, A extends number, Place, Start extends Dim, End, Step> =
  SliceSize<SizeAt<S, Place>, Start, End> extends infer Size
    ? [Size] extends [never]
      ? Problem<
          Sentence<
            typeof NOT_WITHIN,
            {
              start: DescribeDim<Start>;
              end: DescribeEnd<End>;
              axis: A;
              shape: Describe<S>;
              size: DescribeDim<SizeAt<S, Place>>;
            }
          >
        >
      : [Size] extends [Dim]
        ? WithAxis<S, Place, [Step] extends [1 | undefined] ? Size : Dim>
        : never
    : never;

type DescribeEnd<End> = [End] extends [undefined] ? 'the end' : DescribeDim<End>;

/** The size of a range of an axis; never when it does not lie within. */
type SliceSize<Size extends Dim, Start extends Dim, End> = [End] extends [Dim]
  ? Within<Size, FromStart<Start, Size>, FromStart<Canonical<End>, Size>>
  : Subtract<Size, FromStart<Start, Size>>;

type Within<Size extends Dim, From extends Dim, To extends Dim> = [From] extends [never]
  ? never
  : [To] extends [never]
    ? never
    : [Subtract<Size, To>] extends [never]
      ? never
      : Subtract<To, From>;

/** A place counted from the start; never when that is before it. */
type FromStart<Place extends Dim, Size extends Dim> = `${Place}` extends `-${infer N extends number}`
  ? Size extends number
    ? Subtract<Size, N>
    : Dim
  : Place;
