import type { Dtype } from '../../dtype.ts';
import type { Sentence } from '../../errors/sentence.ts';
import type { PARTS, UNEVEN } from '../../sentences/split.ts';
import type { Dim, Shape, Tensor } from '../../tensor.ts';
import type { ResolveAxis, SizeAt, WithAxis } from '../axis.ts';
import type { Agree, CanonicalShape, Divide, Sum } from '../dim.ts';
import type { AfterProblem, Describe, DescribeDim, Problem } from '../problem.ts';

/** The twin of `split`'s shape rule: the sizes of the parts where they add up to the axis, else a problem. */
export type Split<S extends Shape, Sizes extends Shape, A extends number> =
  ResolveAxis<'split', S, A> extends infer Place
    ? Place extends `✗ ${string}`
      ? Place
      : number extends Sizes['length']
        ? Sizes
        : Agree<Sum<CanonicalShape<Sizes>>, SizeAt<S, Place>> extends true
          ? CanonicalShape<Sizes>
          : Problem<
              Sentence<
                typeof PARTS,
                {
                  axis: Place & string;
                  shape: Describe<S>;
                  size: DescribeDim<SizeAt<S, Place>>;
                  sum: DescribeDim<Sum<CanonicalShape<Sizes>>>;
                }
              >
            >
    : never;

/** The parts of a split: one tensor for each size. */
export type SplitTensors<D extends Dtype, S extends Shape, Outcome, A extends number> = Outcome extends Shape
  ? { readonly [I in keyof Outcome]: Tensor<D, Part<S, ResolveAxis<'split', S, A>, Outcome[I]>> }
  : AfterProblem;

type Part<S extends Shape, Place, Size> = Size extends Dim ? Extract<WithAxis<S, Place, Size>, Shape> : Shape;

/** The shape of each of N equal parts of an axis, or a problem where they do not come out even. */
export type Chunk<S extends Shape, N extends number, A extends number> =
  ResolveAxis<'chunk', S, A> extends infer Place
    ? Place extends `✗ ${string}`
      ? Place
      : [Divide<SizeAt<S, Place>, N>] extends [never]
        ? Problem<
            Sentence<
              typeof UNEVEN,
              { axis: A; shape: Describe<S>; size: DescribeDim<SizeAt<S, Place>>; parts: N }
            >
          >
        : WithAxis<S, Place, Divide<SizeAt<S, Place>, N>>
    : never;

/** The parts of a chunk: N tensors of one shape, or an array where N is not known. */
export type ChunkTensors<D extends Dtype, Outcome, N extends number> = Outcome extends Shape
  ? Times<Tensor<D, Outcome>, N>
  : AfterProblem;

type Times<T, N extends number, Done extends readonly T[] = readonly []> = number extends N
  ? readonly T[]
  : Done['length'] extends N
    ? Done
    : Times<T, N, readonly [...Done, T]>;
