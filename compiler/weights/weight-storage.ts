import type { Dtype } from '../../dsl/dtype.ts';
import type { ParameterInfo } from '../../dsl/tensor.ts';
import { float16Bits } from '../onnx/scalar.ts';
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

/** A parameter as the graph wants it: its own dtype and shape. */
export function plainStorage({ name, dtype, shape }: ParameterInfo): WeightStorage {
  if (dtype === 'float32') return { dtype, shape, convert: (pieces) => pieces };
  if (dtype !== 'float16') throw new Error(`parameter ${name} has dtype ${dtype}`);
  return {
    dtype,
    shape,
    async *convert(pieces) {
      for await (const values of pieces) yield Uint16Array.from(values, float16Bits);
    },
  };
}
