import { UserError } from '../user-error.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.ts';
import type { StoredData, StoredDtype } from './stored-dtype.ts';

/**
 * Stored numbers as float32: exact for halves and small integers, rounded to nearest for float64 and large integers.
 *
 * @param path what error sentences call the file
 * @throws UserError for bools, which are no numbers
 */
export function toFloat32(
  data: StoredData,
  { name, dtype }: { readonly name: string; readonly dtype: StoredDtype },
  path: string,
): Float32Array {
  if (dtype === 'bool') {
    throw new UserError(`Tensor ${JSON.stringify(name)} of ${path} is bool, but numbers were expected.`);
  }
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array)
    return dtype === 'float16' ? float16ToFloat32(data) : bfloat16ToFloat32(data);
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  return Float32Array.from(data);
}
