import type { ConstantData } from '../../attributes.ts';
import { elementCount } from '../../element-count.ts';
import { resolveAxis } from '../../shape/axis.ts';
import { multiplyDims } from '../../shape/dim.ts';
import type { ConstantTensor, Shape, Tensor, TensorType } from '../../tensor.ts';
import { add } from '../add.ts';
import { arange } from '../arange.ts';
import { multiply } from '../multiply.ts';
import { reshape } from '../reshape.ts';
import { scatterAdd } from '../scatter-add.ts';
import { sizeOf } from '../size-of.ts';
import { transpose } from '../transpose.ts';
import { foldable, numbersOf, pack, stridesOf } from './elements.ts';

/**
 * Puts values back where they were taken from along one axis, zeros elsewhere: values at one place add up. Both
 * tensors have x's other axes, and the values' number in the place of the axis.
 *
 * @param shape x's
 */
export function scatterAlongAxis(values: Tensor, indices: Tensor, axis: number, shape: Shape): Tensor {
  const place = resolveAxis('scatterAlongAxis', shape, axis);
  const size = shape[place] ?? 0;
  const others = shape.toSpliced(place, 1);
  const rows = multiplyDims(...others);
  const order = [...others.map((_dim, index) => (index < place ? index : index + 1)), place];
  const inRows = (tensor: Tensor) => reshape(transpose(tensor, order), [rows, tensor.shape[place] ?? 0]);
  const starts = reshape(multiply(arange(rows), sizeOf(size)), [rows, 1]);
  const sums = scatterAdd(inRows(values), add(inRows(indices), starts), multiplyDims(rows, size));
  const back = shape.map((_dim, index) =>
    index === place ? shape.length - 1 : index < place ? index : index - 1,
  );
  return transpose(reshape(sums, [...others, size]), back);
}

/** A constant's values, one list for each line along an axis, in the order of the other axes. */
export function linesAlong(
  { data, shape }: ConstantTensor,
  axis: number,
): readonly (readonly number[])[] | undefined {
  const numbers = numbersOf(data);
  if (numbers === undefined) return undefined;
  const stride = stridesOf(shape)[axis] ?? 1;
  const size = shape[axis] ?? 0;
  return Array.from({ length: elementCount(shape.toSpliced(axis, 1)) }, (_, line) => {
    const start = Math.floor(line / stride) * stride * size + (line % stride);
    return Array.from({ length: size }, (_, place) => numbers[start + place * stride] ?? Number.NaN);
  });
}

/**
 * Folds an operator that makes a line of each line along an axis, as long as it was.
 *
 * @param operator names the operator where the axis is none
 */
export function foldLines(
  operator: string,
  [x, type]: readonly [x: ConstantTensor | undefined, type: TensorType | undefined],
  axis: number,
  lineOf: (line: readonly number[]) => readonly number[],
): readonly [ConstantData] | undefined {
  if (x === undefined || type === undefined || !foldable([x], [type])) return undefined;
  const place = resolveAxis(operator, x.shape, axis);
  const lines = linesAlong(x, place)?.map(lineOf);
  const data = lines && pack(fromLines(lines, x.shape, place), type.dtype);
  return data === undefined ? undefined : [data];
}

/** The values of lines along an axis as they lie in a tensor: the inverse of `linesAlong`. */
export function fromLines(
  lines: readonly (readonly number[])[],
  shape: readonly number[],
  axis: number,
): readonly number[] {
  const stride = stridesOf(shape)[axis] ?? 1;
  const size = shape[axis] ?? 0;
  return Array.from({ length: elementCount(shape) }, (_, index) => {
    const line = Math.floor(index / (stride * size)) * stride + (index % stride);
    return lines[line]?.[Math.floor(index / stride) % size] ?? Number.NaN;
  });
}
