import type { Dtype } from '../../dsl/dtype.ts';
import type { ParameterInfo } from '../../dsl/tensor.ts';
import { bfloat16Bits, float16Bits } from '../onnx/scalar.ts';
import type { StoredData } from './stored-dtype.ts';

/**
 * How one parameter's values are kept in an artifact: what stands between a weight's source and its bytes on the disk.
 * Values come in order, in pieces, and leave the same way.
 */
export interface WeightStorage {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  convert(pieces: AsyncIterable<Float32Array>): AsyncIterable<StoredData>;
}

/** A parameter as it is, in a float dtype: its own, or the one that its checkpoint has. */
export function storageAs({ name, shape }: ParameterInfo, dtype: Dtype): WeightStorage {
  if (dtype === 'float32') return { dtype, shape, convert: (pieces) => pieces };
  if (dtype !== 'float16' && dtype !== 'bfloat16')
    throw new Error(`parameter ${name} cannot be stored as ${dtype}`);
  const bits = dtype === 'float16' ? float16Bits : bfloat16Bits;
  return {
    dtype,
    shape,
    async *convert(pieces) {
      for await (const values of pieces) yield Uint16Array.from(values, bits);
    },
  };
}
