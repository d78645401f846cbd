import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { elementCount } from '../element-count.ts';
import { frozenCopy } from '../freeze.ts';
import { fail } from '../operator.ts';
import type { ConstantData, Tensor } from '../tensor.ts';
import { cast } from './cast.ts';
import { pack } from './shared/elements.ts';
import { FLOATS } from './shared/inputs.ts';

/**
 * A tensor whose values are known now and stored in the model file; not trained. For weights use a parameter.
 *
 * @param values row-major; rounded to float32 or kept whole; booleans are 0 and 1
 * @param shape default: one axis, as long as the values
 * @param dtype default `float32`; half precisions are stored as float32 and cast
 * @throws ModelError when the number of values does not fit the shape, or a value does not fit the dtype
 */
export function constant<const S extends readonly number[] = readonly [number], D extends Dtype = 'float32'>(
  values: readonly number[] | ConstantData,
  shape?: S,
  dtype?: D,
): Tensor<D, S>;
export function constant(
  values: readonly number[] | ConstantData,
  shape: readonly number[] = [values.length],
  dtype: Dtype = 'float32',
): Tensor {
  return atCallSite(() => {
    if (elementCount(shape) !== values.length) {
      fail(
        `constant: [${shape.join(', ')}] holds ${elementCount(shape)} values, but ${values.length} were given`,
      );
    }
    const stored = FLOATS.includes(dtype) || dtype === 'int8' ? 'float32' : dtype;
    const numbers = Array.from(values, Number);
    const whole = stored === 'float32' || numbers.every(Number.isInteger);
    const data =
      (whole ? pack(numbers, stored) : undefined) ?? fail(`constant: the values do not all fit ${dtype}`);
    const tensor: Tensor = frozenCopy({ dtype: stored, shape, source: { kind: 'constant', data } });
    return stored === dtype ? tensor : cast(tensor, dtype);
  });
}

/** One number as a tensor of rank 0, which broadcasts against anything. Default dtype `float32`. */
export function scalar<D extends Dtype = 'float32'>(value: number, dtype?: D): Tensor<D, readonly []>;
export function scalar(value: number, dtype: Dtype = 'float32'): Tensor {
  return constant([value], [], dtype);
}

/** A tensor, or a number that stands for a scalar of the other operand's dtype. */
export type Operand = Tensor | number;

/** Both operands as tensors; a number takes the dtype of the tensor beside it. */
export function operands(left: Operand, right: Operand): readonly [Tensor, Tensor] {
  const dtype = typeof left === 'number' ? (typeof right === 'number' ? 'float32' : right.dtype) : left.dtype;
  const tensor = (operand: Operand) => (typeof operand === 'number' ? scalar(operand, dtype) : operand);
  return [tensor(left), tensor(right)];
}
