import type { Dtype } from '../../dsl/dtype.ts';

/** Element types that weight files hold: those the models compute with, and those that are only ever converted. */
export type StoredDtype = Dtype | 'float64' | 'int16';

/** Bytes of one element. */
export const STORED_BYTES: Readonly<Record<StoredDtype, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  uint8: 1,
  int8: 1,
  bool: 1,
};

/** Values as they are stored: half-precision floats are their bits, a bool is one byte. */
export type StoredData =
  | Float64Array
  | Float32Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Uint8Array
  | Int8Array;

/** Looks at little-endian bytes as elements; nothing is copied. */
export function viewAs(dtype: StoredDtype, buffer: ArrayBuffer): StoredData {
  switch (dtype) {
    case 'float64':
      return new Float64Array(buffer);
    case 'float32':
      return new Float32Array(buffer);
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer);
  }
}

/** Whether elements are floating-point numbers of any width. */
export function storesFloats(dtype: StoredDtype): boolean {
  return dtype === 'float64' || dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16';
}
