import type { Dtype, FloatDtype } from '../dtype.ts';
import type { Sentence } from '../errors/sentence.ts';
import type { MIXED_DTYPES, WRONG_DTYPE } from '../sentences/dtypes.ts';
import type { Tensor } from '../tensor.ts';
import type { Problem } from './problem.ts';

/** Groups of dtypes by the words that messages have for them: the twin of `operators/shared/inputs.ts`. */
interface DtypeGroups {
  'any dtype': Dtype;
  'a float dtype': FloatDtype;
  'a number dtype': Exclude<Dtype, 'bool'>;
  bool: 'bool';
  int64: 'int64';
  'int64 or int32': 'int64' | 'int32';
  'a float dtype or int64 or int32': FloatDtype | 'int64' | 'int32';
  'float32 or int64 or int32': 'float32' | 'int64' | 'int32';
  'float32 or float16 or bfloat16 or int64 or int32 or int8': Exclude<Dtype, 'bool' | 'uint8'>;
}

export type DtypeGroup = keyof DtypeGroups;

/** `Then` where an operator computes with the dtype (or may, when it is not known), else a problem. */
export type Accept<
  Operator extends string,
  Name extends string,
  D extends Dtype,
  G extends DtypeGroup,
  Then = D,
> = [Extract<D, DtypeGroups[G]>] extends [never]
  ? Problem<Sentence<typeof WRONG_DTYPE, { operator: Operator; name: Name; accepted: G; dtype: D }>>
  : Then;

/** `Then` where two dtypes can be the same, else a problem. */
export type SameDtypes<Operator extends string, D extends Dtype, E extends Dtype, Then = D> = [
  Extract<D, E>,
] extends [never]
  ? Problem<Sentence<typeof MIXED_DTYPES, { operator: Operator; first: D; other: E }>>
  : Then;

/** `SameDtypes` for a tensor that may be left out. */
export type SameDtypeAs<Operator extends string, D extends Dtype, T, Then = D> =
  T extends Tensor<infer E> ? SameDtypes<Operator, D, E, Then> : Then;

/** The dtype of a tensor's type; any, after a problem, says nothing. */
export type DtypeOfTensor<T> = 0 extends T & 1 ? Dtype : T extends Tensor<infer D> ? D : Dtype;

/** Of two dtypes that agree, the one that says more. */
export type RefineDtype<D extends Dtype, E extends Dtype> = [Dtype] extends [D] ? E : D;
