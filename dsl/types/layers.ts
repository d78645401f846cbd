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
        : Problem<`linear: x is ${Describe<S>}, so weight must be [out, ${DescribeDim<W>}], but it is [${DescribeDim<Out>}, ${DescribeDim<In>}]`>
      : Problem<'linear: x needs at least 1 axis, but it is a scalar'>;

/** A shape whose last axis must be the width of a norm. */
export type NormResult<Operator extends string, S extends Shape, Width extends Dim> =
  IsWideShape<S> extends true
    ? S
    : S extends readonly [...Shape, infer W extends Dim]
      ? Agree<W, Width> extends true
        ? S
        : Problem<`${Operator}: x is ${Describe<S>}, so weight must be [${DescribeDim<W>}], but it is [${DescribeDim<Width>}]`>
      : Problem<`${Operator}: x needs at least 1 axis, but it is a scalar`>;
