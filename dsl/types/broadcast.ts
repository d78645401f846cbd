import type { Sentence } from '../errors/sentence.ts';
import type { CLASH } from '../sentences/broadcast.ts';
import type { Dim, Shape } from '../tensor.ts';
import type { Agree, Refine } from './dim.ts';
import type { Describe, DescribeDim, Problem } from './problem.ts';
import type { IsWideShape } from './wide.ts';

/** Of two sizes, the one that broadcasting gives; never when they clash. */
export type BroadcastDim<A extends Dim, B extends Dim> = B extends 1
  ? A
  : A extends 1
    ? B
    : Agree<A, B> extends true
      ? Refine<A, B>
      : never;

/** The common shape of two operands, or a problem; unknown where either is. */
export type Broadcast<Operator extends string, L extends Shape, R extends Shape> = true extends
  | IsWideShape<L>
  | IsWideShape<R>
  ? Shape
  : [L] extends [R]
    ? L
    : Align<Operator, L, R, L, R>;

type Align<
  Operator extends string,
  L extends Shape,
  R extends Shape,
  WholeL extends Shape,
  WholeR extends Shape,
  Done extends Shape = readonly [],
> = L extends readonly [...infer LI extends Shape, infer A extends Dim]
  ? R extends readonly [...infer RI extends Shape, infer B extends Dim]
    ? [BroadcastDim<A, B>] extends [never]
      ? Problem<
          Sentence<
            typeof CLASH,
            {
              operator: Operator;
              left: Describe<WholeL>;
              right: Describe<WholeR>;
              fromEnd: [...Done, 0]['length'] & number;
              a: DescribeDim<A>;
              b: DescribeDim<B>;
            }
          >
        >
      : Align<Operator, LI, RI, WholeL, WholeR, readonly [BroadcastDim<A, B>, ...Done]>
    : readonly [...L, ...Done]
  : readonly [...R, ...Done];
