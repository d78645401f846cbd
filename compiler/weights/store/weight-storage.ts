import { UserError } from '../../../artifact/user-error.ts';
import { float32ToBfloat16, float32ToFloat16 } from '../../../artifact/weights/half-precision.ts';
import type { StoredData } from '../../../artifact/weights/stored-dtype.ts';
import type { Dtype } from '../../../dsl/dtype.ts';
import type { StoredParameter } from '../../stored-parameter.ts';

/**
 * How one parameter's values are kept in an artifact: what stands between a weight's source and its bytes on the disk.
 * Values come in order, in pieces, and leave the same way.
 */
export interface WeightStorage {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  convert(pieces: AsyncIterable<Float32Array>): AsyncIterable<StoredData>;
}

/** From here on a number rounds to infinity in float16, whose largest is 65504. */
const OVERFLOW = 65520;

/**
 * A parameter as it is, in a float dtype: its own, or the one that its checkpoint has.
 *
 * @throws UserError, while converting, for a value that the dtype cannot hold
 */
export function storageAs({ name, shape }: StoredParameter, dtype: Dtype): WeightStorage {
  if (dtype === 'float32') return { dtype, shape, convert: (pieces) => pieces };
  if (dtype !== 'float16' && dtype !== 'bfloat16')
    throw new Error(`parameter ${name} cannot be stored as ${dtype}`);
  const toHalves = dtype === 'float16' ? float32ToFloat16 : float32ToBfloat16;
  return {
    dtype,
    shape,
    async *convert(pieces) {
      for await (const values of pieces) {
        const large = dtype === 'float16' ? firstOverflow(values) : undefined;
        if (large !== undefined) {
          throw new UserError(
            `The weight '${name}' has the value ${large}, which is more than float16 can hold; compile for a target that computes in float32.`,
          );
        }
        yield toHalves(values);
      }
    },
  };
}

function firstOverflow(values: Float32Array): number | undefined {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (Math.abs(value) >= OVERFLOW) return value;
  }
  return undefined;
}
