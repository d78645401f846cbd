import type { Dtype } from '../../dtype.ts';
import type { ConstantData, ConstantTensor, TensorType } from '../../tensor.ts';
import { fixedShape } from './dims.ts';

/** dtypes whose constants are typed arrays with one element a number; half precisions are left to ONNX Runtime. */
const FOLDABLE: ReadonlySet<Dtype> = new Set<Dtype>(['float32', 'int64', 'int32', 'uint8', 'bool']);

/** Whether constant folding may compute this application: all dtypes are plain and all sizes known. */
export function foldable(inputs: readonly ConstantTensor[], types: readonly TensorType[]): boolean {
  return (
    [...inputs, ...types].every(({ dtype }) => FOLDABLE.has(dtype)) &&
    types.every(({ shape }) => fixedShape(shape) !== undefined)
  );
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(stride);
    stride *= size;
  }
  return strides;
}

/**
 * For every element of `shape` in row-major order its place in a source that is walked with other strides: broadcast
 * axes have stride 0, transposed ones change places, sliced ones are scaled and start later.
 */
export function offsets(shape: readonly number[], strides: readonly number[], start = 0): Int32Array {
  let places = Int32Array.of(start);
  for (const [axis, size] of shape.entries()) {
    const stride = strides[axis] ?? 0;
    const next = new Int32Array(places.length * size);
    let at = 0;
    for (const place of places)
      for (let index = 0; index < size; index++) next[at++] = place + index * stride;
    places = next;
  }
  return places;
}

/** Strides that read `source` as if it had been stretched to `target`. */
export function broadcastStrides(source: readonly number[], target: readonly number[]): readonly number[] {
  const strides = stridesOf(source);
  const missing = target.length - source.length;
  return target.map((_size, axis) => (source[axis - missing] === 1 ? 0 : (strides[axis - missing] ?? 0)));
}

/** The values at the given places, in the same kind of array. */
export function pick(data: ConstantData, places: Int32Array): ConstantData {
  if (data instanceof BigInt64Array) return BigInt64Array.from(places, (place) => data[place] ?? 0n);
  const numbers: Float32Array | Int32Array | Uint8Array = data;
  const picked = emptyLike(numbers, places.length);
  for (const [index, place] of places.entries()) picked[index] = numbers[place] ?? 0;
  return picked;
}

function emptyLike(
  data: Float32Array | Int32Array | Uint8Array,
  length: number,
): Float32Array | Int32Array | Uint8Array {
  if (data instanceof Float32Array) return new Float32Array(length);
  return data instanceof Int32Array ? new Int32Array(length) : new Uint8Array(length);
}

/** The values as numbers; undefined when an int64 is too large to be one exactly. */
export function numbersOf(data: ConstantData): readonly number[] | undefined {
  const numbers = Array.from(data, Number);
  return data instanceof BigInt64Array && !numbers.every(Number.isSafeInteger) ? undefined : numbers;
}

/** Numbers as a dtype's array: rounded to float32, truncated to integers. Undefined when one does not fit. */
export function pack(values: readonly number[], dtype: Dtype): ConstantData | undefined {
  if (dtype === 'float32') return Float32Array.from(values);
  if (dtype === 'bool') return Uint8Array.from(values, (value) => (value === 0 ? 0 : 1));
  const whole = values.map(Math.trunc);
  const range = INTEGER_RANGES.get(dtype);
  if (range === undefined || !whole.every((value) => value >= range.least && value <= range.most))
    return undefined;
  if (dtype === 'int64') return BigInt64Array.from(whole, BigInt);
  return dtype === 'int32' ? Int32Array.from(whole) : Uint8Array.from(whole);
}

const INTEGER_RANGES: ReadonlyMap<Dtype, { readonly least: number; readonly most: number }> = new Map([
  ['int64', { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER }],
  ['int32', { least: -(2 ** 31), most: 2 ** 31 - 1 }],
  ['uint8', { least: 0, most: 255 }],
]);

/** One input read in the order of the broadcast result. */
export function broadcastNumbers(
  input: ConstantTensor,
  target: readonly number[],
): readonly number[] | undefined {
  return numbersOf(pick(input.data, offsets(target, broadcastStrides(input.shape, target))));
}
