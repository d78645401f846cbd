import type { Broadcast } from './broadcast.ts';
import type { Accept, DtypeGroup, DtypeOfTensor, RefineDtype, SameDtypes } from './dtypes.ts';
import type { Checked, Result } from './problem.ts';
import type { ShapeOfTensor } from './shape-of.ts';

/** The dtype of an operand; a number has that of the operand beside it. */
export type DtypeBeside<T, Other> = T extends number
  ? Other extends number
    ? 'float32'
    : DtypeOfTensor<Other>
  : DtypeOfTensor<T>;

/** The dtype of two operands that mix. */
export type CommonDtype<L, R> = RefineDtype<DtypeBeside<L, R>, DtypeBeside<R, L>>;

/** The shape of two broadcast operands, or a problem: in the order of `binaryOperator`'s shape rule. */
type BinaryOutcome<Operator extends string, G extends DtypeGroup, L, R> = Accept<
  Operator,
  'the left operand',
  DtypeBeside<L, R>,
  G,
  MixedOutcome<Operator, L, R>
>;

type MixedOutcome<Operator extends string, L, R> = SameDtypes<
  Operator,
  DtypeBeside<L, R>,
  DtypeBeside<R, L>,
  Broadcast<Operator, ShapeOfTensor<L>, ShapeOfTensor<R>>
>;

/** The left operand, or the sentence of why the operator does not compute with its dtype. */
export type LeftOperand<Operator extends string, G extends DtypeGroup, L, R> = Checked<
  Accept<Operator, 'the left operand', DtypeBeside<L, R>, G>,
  L
>;

/** The right operand, or the sentence of how the two do not fit. */
export type RightOperand<Operator extends string, L, R> = Checked<MixedOutcome<Operator, L, R>, R>;

/** What an operator over two broadcast operands gives. */
export type Broadcasted<Operator extends string, G extends DtypeGroup, L, R> = Result<
  CommonDtype<L, R>,
  BinaryOutcome<Operator, G, L, R>
>;

/** What a comparison or logic gives. */
export type Truth<Operator extends string, L, R, G extends DtypeGroup = 'any dtype'> = Result<
  'bool',
  BinaryOutcome<Operator, G, L, R>
>;
