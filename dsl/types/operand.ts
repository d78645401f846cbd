import type { Dtype } from '../dtype.ts';
import type { Tensor } from '../tensor.ts';
import type { Broadcast } from './broadcast.ts';
import type { Checked, Result } from './problem.ts';
import type { ShapeOfTensor } from './shapes.ts';

/** The second operand, or the sentence of how the shapes of the two clash. */
export type Fitting<Operator extends string, L, R> = Checked<
  Broadcast<Operator, ShapeOfTensor<L>, ShapeOfTensor<R>>,
  R
>;

/** The dtype of two operands: the tensor's beside a number, the known one beside an unknown. */
export type CommonDtype<L, R> =
  L extends Tensor<infer D>
    ? R extends Tensor<infer E>
      ? [Dtype] extends [D]
        ? E
        : D
      : D
    : R extends Tensor<infer E>
      ? E
      : 'float32';

/** The result of an operator over two broadcast operands. */
export type Broadcasted<Operator extends string, L, R> = Result<
  CommonDtype<L, R>,
  Broadcast<Operator, ShapeOfTensor<L>, ShapeOfTensor<R>>
>;

/** The result of a comparison or of logic. */
export type Truth<Operator extends string, L, R> = Result<
  'bool',
  Broadcast<Operator, ShapeOfTensor<L>, ShapeOfTensor<R>>
>;
