import type { Dtype } from '../../dtype.ts';
import { sentence } from '../../errors/sentence.ts';
import { fail } from '../../operator.ts';
import { MIXED_DTYPES, WRONG_DTYPE } from '../../sentences/dtypes.ts';
import type { Inputs, Tensor } from '../../tensor.ts';

/** The attributes of an operator that has none. */
export type NoAttributes = Readonly<Record<string, never>>;

/** What a function of real numbers computes with, all of them. */
export const FLOATS: readonly Dtype[] = ['float32', 'float16', 'bfloat16'];
const INTEGERS: readonly Dtype[] = ['int64', 'int32', 'uint8', 'int8'];
export const NUMBERS: readonly Dtype[] = [...FLOATS, ...INTEGERS];
/** What kernels that compare along an axis take: small integers have none everywhere. */
export const ORDERED: readonly Dtype[] = [...FLOATS, 'int64', 'int32'];
export const BOOLEANS: readonly Dtype[] = ['bool'];

/** The input at `index`, which the operator cannot do without; `name` is what its documentation calls it. */
export function required(operator: string, inputs: Inputs, index: number, name: string): Tensor {
  return inputs[index] ?? fail(`${operator}: ${name} is missing; pass a tensor`);
}

/** Refuses a dtype that the operator does not compute with. */
export function checkDtype(operator: string, name: string, tensor: Tensor, accepted: readonly Dtype[]): void {
  if (!accepted.includes(tensor.dtype)) {
    fail(sentence(WRONG_DTYPE, { operator, name, accepted: listDtypes(accepted), dtype: tensor.dtype }));
  }
}

/** Refuses inputs of different dtypes; missing optional inputs agree with anything. Returns the common dtype. */
export function sameDtype(operator: string, first: Tensor, ...others: Inputs): Dtype {
  for (const other of others) {
    if (other !== undefined && other.dtype !== first.dtype) {
      fail(sentence(MIXED_DTYPES, { operator, first: first.dtype, other: other.dtype }));
    }
  }
  return first.dtype;
}

function listDtypes(dtypes: readonly Dtype[]): string {
  if (dtypes === FLOATS) return 'a float dtype';
  if (dtypes === INTEGERS) return 'an integer dtype';
  if (dtypes === NUMBERS) return 'a number dtype';
  if (dtypes === ORDERED) return 'a float dtype or int64 or int32';
  return dtypes.join(' or ');
}
