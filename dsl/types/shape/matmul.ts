import type { Sentence } from '../../errors/sentence.ts';
import type { MATMUL_INNER, MATMUL_RANK } from '../../sentences/matmul.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Broadcast } from '../broadcast.ts';
import type { Agree } from '../dim.ts';
import type { Accept, DtypeOfTensor, SameDtypes } from '../dtypes.ts';
import type { Describe, DescribeDim, Problem } from '../problem.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';
import type { Transposed } from './transpose.ts';

/** The shape of a matrix product of two tensors, or a problem. */
export type Matmul<L, R> = MatmulOf<'matmul', L, R, ShapeOfTensor<R>>;

/** The same with the right operand's last two axes swapped. */
export type MatmulTransposed<L, R> = MatmulOf<'matmulTransposed', L, R, Transposed<ShapeOfTensor<R>>>;

type MatmulOf<Operator extends string, L, R, RightShape extends Shape> = SameDtypes<
  Operator,
  DtypeOfTensor<L>,
  DtypeOfTensor<R>,
  Accept<
    Operator,
    'the left operand',
    DtypeOfTensor<L>,
    'a float dtype',
    MatmulShape<ShapeOfTensor<L>, RightShape>
  >
>;

/** The twin of `shape/matmul.ts`. */
type MatmulShape<L extends Shape, R extends Shape> = true extends IsWideShape<L> | IsWideShape<R>
  ? Shape
  : L extends readonly [...infer LB extends Shape, infer Rows extends Dim, infer Inner extends Dim]
    ? R extends readonly [...infer RB extends Shape, infer Height extends Dim, infer Columns extends Dim]
      ? Agree<Inner, Height> extends true
        ? Broadcast<'matmul', LB, RB> extends infer B
          ? B extends Shape
            ? readonly [...B, Rows, Columns]
            : B
          : never
        : Problem<
            Sentence<
              typeof MATMUL_INNER,
              {
                left: Describe<L>;
                inner: DescribeDim<Inner>;
                right: Describe<R>;
                height: DescribeDim<Height>;
              }
            >
          >
      : MatmulRank<L, R>
    : MatmulRank<L, R>;

type MatmulRank<L extends Shape, R extends Shape> = Problem<
  Sentence<typeof MATMUL_RANK, { left: Describe<L>; right: Describe<R> }>
>;
