import type { Sentence } from '../errors/sentence.ts';
import type { SCALAR } from '../sentences/last-axis.ts';
import type { LINEAR_WEIGHT } from '../sentences/linear.ts';
import type { VECTOR } from '../sentences/vector.ts';
import type { Dim, Shape } from '../tensor.ts';
import type { Agree } from './dim.ts';
import type { Describe, DescribeDim, Problem } from './problem.ts';
import type { IsWideShape } from './wide.ts';

/** `[..., in]` to `[..., out]` under a weight `[out, in]`. */
export type LinearResult<S extends Shape, In extends Dim, Out extends Dim> =
  IsWideShape<S> extends true
    ? Shape
    : S extends readonly [...infer Rest extends Shape, infer W extends Dim]
      ? Agree<W, In> extends true
        ? readonly [...Rest, Out]
        : Problem<
            Sentence<
              typeof LINEAR_WEIGHT,
              { x: Describe<S>; width: DescribeDim<W>; weight: Describe<readonly [Out, In]> }
            >
          >
      : Problem<Sentence<typeof SCALAR, { operator: 'linear' }>>;

/** A shape whose last axis must be the width of a norm. */
export type NormResult<Operator extends string, S extends Shape, Width extends Dim> =
  IsWideShape<S> extends true
    ? S
    : S extends readonly [...Shape, infer W extends Dim]
      ? Agree<W, Width> extends true
        ? S
        : Problem<
            Sentence<
              typeof VECTOR,
              {
                operator: Operator;
                x: Describe<S>;
                name: 'weight';
                width: DescribeDim<W>;
                vector: Describe<readonly [Width]>;
              }
            >
          >
      : Problem<Sentence<typeof SCALAR, { operator: Operator }>>;
